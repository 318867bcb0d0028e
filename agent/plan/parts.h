/*
 * The parts of plan_make(), in its order. Each adds every reason why the job doesn't fit to
 * `errors`, allocates in plan->arena, and returns -1 when what follows would stand on nothing.
 */
#ifndef NEWROOT_PLAN_PARTS_H
#define NEWROOT_PLAN_PARTS_H

#include "plan/plan.h"

#define ALIGNMENT     ((uint64_t)1 << 20) /* of partitions: what every partitioner since 2009 does */
#define PV_DATA_START ALIGNMENT /* label and metadata of a PV end here; lvm gets it as an option */

/* select.c: which disks the job means; the boot disk first. */
int plan_select(struct plan *plan, struct err_list *errors);
/* layout.c: table type, partitions and PVs. */
int plan_lay_out(struct plan *plan, struct err_list *errors);
/* volumes.c: extents of the VG, of every LV, and those kept free. */
int plan_size_volumes(struct plan *plan, struct err_list *errors);
/* filesystems.c: what is made on which device, in mount order, and archives in unpack order. */
int plan_list_filesystems(struct plan *plan, struct err_list *errors);
void plan_order_archives(struct plan *plan);

/* Why `all` does not mean this disk: a virtual medium, a stick; or NULL. */
const char *plan_disk_is_no_other(const struct disk *disk);

/* The parts of plan_check_disks(). bios.c: the BIOS starts from the boot disk. paths.c: no disk is seen twice. */
void plan_check_bios(const struct plan *plan, struct err_list *errors);
void plan_check_paths(const struct plan *plan, struct err_list *errors);

/* kernels.c: a part of plan_print(). */
void plan_print_kernels(const struct plan *plan, FILE *out);

/* Give `fs` its UUID, also where its fstab entry names it. */
void plan_set_uuid(const struct plan *plan, struct plan_fs *fs, const char *uuid);

#endif
