/* Step lvm: PVs, one VG, the LVs; read back extent by extent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/lvm.h"
#include "machine/sysfs.h"
#include "plan/parts.h"
#include "steps/blockdev.h"
#include "steps/lvm_filter.h"
#include "steps/step.h"
#include "steps/vg_folder.h"

#define PLACE_SIZE                                                                                 \
	MIB(1) /* zeroed at both ends of an LV: what an old filesystem or RAID left there */
#define REPORT_BYTES (64 * 1024)

static void check(const struct context *ctx, struct err_list *errors)
{
	struct err err = ERR_INIT;

	if (ctx->plan && vg_folder_check("/dev", ctx->plan->vg, &err)) {
		err_list_add(errors, &err);
		err = (struct err)ERR_INIT;
	}
	if (access("/dev/mapper/control", F_OK) == 0 ||
	    sysfs_exists(SYSFS "/class/misc/device-mapper"))
		return;
	err_set(&err, ERR_LVM, "/dev/mapper/control",
		"the running kernel has no device-mapper; boot the kernel that belongs to newroot");
	err_list_add(errors, &err);
}

/* "/dev/sda2 /dev/sdb" */
static const char *list_pvs(const struct plan *plan)
{
	const char *list = "";

	for (size_t i = 0; i < plan->pv_count; i++)
		list = arena_printf(plan->arena, "%s %s", list, plan->pvs[i].path);
	return list;
}

static int make_volumes(const struct context *ctx, struct err *err)
{
	const struct plan *plan = ctx->plan;
	const char **commands = arena_array(plan->arena, plan->lv_count + 2, sizeof(*commands));
	const char *ours = lvm_filter_ours(plan), *pvs = list_pvs(plan);
	size_t count = 0;

	commands[count++] =
		arena_printf(plan->arena, "pvcreate %s -ff -y --zero y --dataalignment %jub %s",
			     ours, (uintmax_t)PV_DATA_START, pvs);
	commands[count++] =
		arena_printf(plan->arena, "vgcreate %s -y --physicalextentsize %jub %s %s", ours,
			     (uintmax_t)EXTENT_SIZE, plan->vg, pvs);
	for (size_t i = 0; i < plan->lv_count; i++)
		commands[count++] = arena_printf(
			plan->arena, "lvcreate %s -y -Wy -Zy -l %ju -n %s %s", ours,
			(uintmax_t)plan->lvs[i].extents, plan->lvs[i].volume->name, plan->vg);
	return lvm_run(commands, count, ctx->watch, err);
}

static int zero_lv(const struct plan_lv *lv, struct err *err)
{
	uint64_t size = lv->extents * EXTENT_SIZE;
	struct err ignored;
	int fd = blockdev_claim(lv->path, err);

	if (fd < 0)
		return -1;
	if (blockdev_zero(fd, lv->path, 0, PLACE_SIZE, err) < 0 ||
	    blockdev_zero(fd, lv->path, size - PLACE_SIZE, PLACE_SIZE, err) < 0) {
		blockdev_close(fd, lv->path, &ignored);
		return -1;
	}
	return blockdev_close(fd, lv->path, err);
}

static int zero_lvs(void *arg, struct err *err)
{
	const struct plan *plan = arg;

	for (size_t i = 0; i < plan->lv_count; i++)
		if (zero_lv(&plan->lvs[i], err) < 0)
			return -1;
	return 0;
}

static int run(struct context *ctx, struct err *err)
{
	struct child child = {.name = "zero LVs", .fn = zero_lvs, .arg = ctx->plan};

	if (vg_folder_remove("/dev", ctx->plan->vg, err) || make_volumes(ctx, err) < 0)
		return -1;
	return child_run(&child, ctx->watch, err);
}

static int expect(const char *row, const char *field, uint64_t planned, const char *where,
		  struct err *err)
{
	char text[32], expected[32];

	snprintf(expected, sizeof(expected), "%ju", (uintmax_t)planned);
	if (!lvm_field(row, field, text, sizeof(text)))
		return err_set(err, ERR_LVM, where, "LVM does not report %s", field);
	if (strcmp(text, expected))
		return err_set(err, ERR_LVM, where, "%s is %s, but %s was planned", field, text,
			       expected);
	return 0;
}

/* The row whose `field` has this value, or NULL. */
static const char *find_row(const char *report, const char *field, const char *value)
{
	char text[256];

	for (const char *row = report; row; row = lvm_next_row(row))
		if (lvm_field(row, field, text, sizeof(text)) && !strcmp(text, value))
			return row;
	return NULL;
}

static int compare_report(const struct plan *plan, const char *report, struct err *err)
{
	const char *row = find_row(report, "vg_name", plan->vg);

	if (!row || expect(row, "vg_extent_count", plan->extents, plan->vg, err) < 0 ||
	    expect(row, "vg_free_count", plan->free_extents + plan_snapshot_extents(plan), plan->vg,
		   err) < 0)
		return row ? -1 : err_set(err, ERR_LVM, plan->vg, "LVM does not report the VG");
	for (size_t i = 0; i < plan->pv_count; i++) {
		row = find_row(report, "pv_name", plan->pvs[i].path);
		if (!row)
			return err_set(err, ERR_LVM, plan->pvs[i].path,
				       "LVM does not report the PV");
		if (expect(row, "pv_pe_count", plan->pvs[i].extents, plan->pvs[i].path, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->lv_count; i++) {
		row = find_row(report, "lv_name", plan->lvs[i].volume->name);
		if (!row)
			return err_set(err, ERR_LVM, plan->lvs[i].path,
				       "LVM does not report the LV");
		if (expect(row, "lv_size", plan->lvs[i].extents * EXTENT_SIZE, plan->lvs[i].path,
			   err) < 0)
			return -1;
	}
	return 0;
}

static int verify_nodes(const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->lv_count; i++) {
		uint64_t size, planned = plan->lvs[i].extents * EXTENT_SIZE;

		if (blockdev_wait(plan->lvs[i].path, &size, err) < 0)
			return -1;
		if (size != planned)
			return err_set(err, ERR_LVM, plan->lvs[i].path,
				       "the device has %ju bytes, but %ju were planned",
				       (uintmax_t)size, (uintmax_t)planned);
	}
	return 0;
}

static int verify(struct context *ctx, struct err *err)
{
	const struct plan *plan = ctx->plan;
	const char *ours = lvm_filter_ours(plan);
	const char *commands[] = {
		arena_printf(plan->arena,
			     "vgs %s " LVM_REPORT " -o vg_name,vg_extent_count,vg_free_count",
			     ours),
		arena_printf(plan->arena, "pvs %s " LVM_REPORT " -o pv_name,pv_pe_count", ours),
		arena_printf(plan->arena, "lvs %s " LVM_REPORT " -o lv_name,lv_size %s", ours,
			     plan->vg),
	};
	char *report = arena_alloc(plan->arena, REPORT_BYTES);

	if (lvm_report(commands, 3, report, REPORT_BYTES, ctx->watch, err) < 0 ||
	    compare_report(plan, report, err) < 0)
		return -1;
	return verify_nodes(plan, err);
}

static int set_active(struct context *ctx, const char *how, struct err *err)
{
	const char *command = arena_printf(ctx->arena, "vgchange %s %s %s",
					   lvm_filter_ours(ctx->plan), how, ctx->plan->vg);

	return lvm_run(&command, 1, ctx->watch, err);
}

/* Whether any of the LVs is active: without one there is nothing to let go of. */
static bool any_active(const struct plan *plan)
{
	for (size_t i = 0; plan && i < plan->lv_count; i++)
		if (access(plan->lvs[i].path, F_OK) == 0)
			return true;
	return false;
}

static int release(struct context *ctx, struct err *err)
{
	return any_active(ctx->plan) ? set_active(ctx, "-an", err) : 0;
}

static int adopt(struct context *ctx, struct err *err)
{
	return set_active(ctx, "-ay --poll n", err);
}

const struct step step_lvm = {
	.name = "lvm",
	.summary = "make PVs, the VG and the LVs",
	.check = check,
	.run = run,
	.verify = verify,
	.release = release,
	.adopt = adopt,
};
