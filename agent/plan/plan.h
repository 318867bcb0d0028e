/*
 * The plan: a job applied to this machine's real disks, to the byte. Everything is resolved:
 * device paths, offsets, UUIDs (chosen here, so that fstab and GRUB are known before mkfs runs).
 */
#ifndef NEWROOT_PLAN_PLAN_H
#define NEWROOT_PLAN_PLAN_H

#include <stdio.h>

#include "facts/facts.h"
#include "job/job.h"
#include "machine/machine.h"

#define UUID_TEXT   37                  /* libuuid's text form with its NUL */
#define EXTENT_SIZE ((uint64_t)4 << 20) /* LVM's default physical extent */

enum partition_role { PART_BIOS_GRUB, PART_BOOT, PART_PV };

struct plan_partition {
	enum partition_role role;
	unsigned number;      /* from 1 */
	uint64_t start, size; /* bytes */
	const char *path;     /* "/dev/sda1", "/dev/nvme0n1p1" */
};

struct plan_disk {
	const struct disk *disk;
	enum table_type table; /* of the boot disk; TABLE_AUTO: no table, the whole disk is a PV */
	struct plan_partition partitions[3];
	size_t partition_count;
};

struct plan_pv {
	const char *path;
	uint64_t size;    /* bytes of the device */
	uint64_t extents; /* usable */
};

struct plan_lv {
	const struct job_volume *volume;
	const char *path; /* "/dev/local/root" */
	uint64_t extents;
	const char *snapshot;      /* LV name of its snapshot, "data.installed"; NULL: none */
	uint64_t snapshot_extents; /* of it */
};

/* A filesystem or swap area, in mount order: parents before children, swap last. */
struct plan_fs {
	const char *device; /* "/dev/sda1", "/dev/local/root" */
	const char *spec;   /* first field of fstab: "UUID=…" or "/dev/local/root" */
	uint64_t size;      /* bytes */
	enum fs_type type;
	const char *mount;   /* "/", "/boot", …; NULL: not mounted */
	const char *label;   /* NULL: none */
	const char *options; /* fstab options */
	struct strings mkfs_options;
	char uuid[UUID_TEXT];
};

/* What is known of the archives that kernels come from; NULL: nothing. */
struct plan_kernels {
	const struct facts *root;    /* of the archive that is unpacked to "/" */
	const struct facts *package; /* of the job's kernel package */
};

struct plan {
	const struct job *job;
	const struct machine *machine;
	enum fs_profile profile;
	struct plan_disk *disks; /* [0] is the boot disk */
	size_t disk_count;
	struct plan_pv *pvs;
	size_t pv_count;
	const char *vg;
	struct plan_lv *lvs;
	size_t lv_count;
	uint64_t extents, free_extents; /* of the VG; free ones after all LVs and snapshots */
	struct plan_fs *filesystems;
	size_t fs_count;
	const struct job_archive **archives; /* in unpack order: outer mounts first */
	size_t archive_count;
	struct plan_kernels
		kernels;     /* plan_make() leaves them empty: who has asked for facts sets them */
	struct arena *arena; /* all of the plan is allocated here */
};

/*
 * Apply `job` to `machine`. All reasons why it doesn't fit go to `errors` together
 * (ERR_MACHINE_DISK, ERR_MACHINE_SPACE, ERR_JOB_CONFLICT). Touches no device.
 */
int plan_make(struct plan *plan, const struct job *job, const struct machine *machine,
	      struct arena *arena, struct err_list *errors);

/*
 * Before an installation: adds to `errors` that the BIOS starts from another disk (ERR_MACHINE_BOOT_DISK), or that a disk of
 * the plan is seen by a second path (ERR_MACHINE_DISK).
 */
void plan_check_disks(const struct plan *plan, struct err_list *errors);

/* Replace the chosen UUIDs by those found on the existing devices (rescue, `apply --only`). */
int plan_adopt(struct plan *plan, struct err *err);
int plan_adopt_fs(const struct plan *plan, struct plan_fs *fs, struct err *err);

/* For people: disks, partitions, volumes, filesystems, archives, each with bytes, and kernels. -1: writing failed. */
int plan_print(const struct plan *plan, FILE *out);

/* Extents that all snapshots take together, and how many there are. */
uint64_t plan_snapshot_extents(const struct plan *plan);
size_t plan_snapshot_count(const struct plan *plan);

/* The filesystem that a folder of the new system lies on: the longest mount point that begins it; or NULL. */
const struct plan_fs *plan_fs_holding(const struct plan *plan, const char *folder);

/* Is `disk`, one of the machine's, used by the plan? */
bool plan_has_disk(const struct plan *plan, const struct disk *disk);

/* The filesystem mounted at `mount`, or NULL. */
const struct plan_fs *plan_fs_at(const struct plan *plan, const char *mount);

#endif
