/* Step partition: the boot disk's table, by libfdisk; read back by libblkid and from the kernel. */
#include <blkid/blkid.h>
#include <errno.h>
#include <libfdisk/libfdisk.h>
#include <stdio.h>
#include <string.h>

#include "machine/sysfs.h"
#include "steps/blockdev.h"
#include "steps/step.h"

#define SECTOR          512 /* of sysfs and libblkid, whatever the disk's sectors are */
#define DOS_FLAG_ACTIVE 1   /* libfdisk's dos.c: the flag that DOS boot code looks for */

/* Types by role; UEFI 2.10, 5.3.3, and the ids that Linux uses in an MBR. */
static const struct {
	unsigned code;
	const char *guid;
} types[] = {
	[PART_BIOS_GRUB] = {0, "21686148-6449-6E6F-744E-656564454649"},
	[PART_BOOT] = {0x83, "0FC63DAF-8483-4772-8E79-3D69D8477DE4"},
	[PART_PV] = {0x8e, "E6D6D379-F507-44C2-A23C-238F2A3DF928"},
};

/* libfdisk tells things and asks questions; nobody is there to answer. */
static int on_ask(struct fdisk_context *context, struct fdisk_ask *ask, void *unused)
{
	(void)context;
	(void)unused;
	switch (fdisk_ask_get_type(ask)) {
	case FDISK_ASKTYPE_INFO:
	case FDISK_ASKTYPE_WARN:
	case FDISK_ASKTYPE_WARNX:
		fprintf(stderr, "libfdisk: %s\n", fdisk_ask_print_get_mesg(ask));
		return 0;
	default:
		return -EINVAL;
	}
}

/* libfdisk returns negative errno values. */
static int fdisk_failed(int code, const char *path, const char *doing, struct err *err)
{
	errno = code < 0 ? -code : code;
	return err_sys(err, ERR_PARTITION, path, "cannot %s", doing);
}

static struct fdisk_parttype *type_of(struct fdisk_context *context, enum table_type table,
				      enum partition_role role)
{
	const struct fdisk_label *label = fdisk_get_label(context, NULL);

	return table == TABLE_GPT ? fdisk_label_get_parttype_from_string(label, types[role].guid)
				  : fdisk_label_get_parttype_from_code(label, types[role].code);
}

static int add_partition(struct fdisk_context *context, const struct plan_disk *disk,
			 const struct plan_partition *planned, struct err *err)
{
	uint32_t sector = disk->disk->logical_sector;
	struct fdisk_partition *partition = fdisk_new_partition();
	struct fdisk_parttype *type = type_of(context, disk->table, planned->role);
	int code = partition && type ? 0 : -ENOMEM;

	if (code == 0)
		code = fdisk_partition_set_partno(partition, planned->number - 1);
	if (code == 0)
		code = fdisk_partition_set_start(partition, planned->start / sector);
	if (code == 0)
		code = fdisk_partition_set_size(partition, planned->size / sector);
	if (code == 0)
		code = fdisk_partition_size_explicit(partition, 1);
	if (code == 0)
		code = fdisk_partition_set_type(partition, type);
	if (code == 0)
		code = fdisk_add_partition(context, partition, NULL);
	if (code == 0 && disk->table == TABLE_MSDOS && planned->role == PART_BOOT)
		code = fdisk_toggle_partition_flag(context, planned->number - 1, DOS_FLAG_ACTIVE);
	fdisk_unref_parttype(type);
	fdisk_unref_partition(partition);
	return code ? fdisk_failed(code, planned->path, "lay out the partition", err) : 0;
}

static int write_table(struct fdisk_context *context, const struct plan_disk *disk, struct err *err)
{
	const char *path = disk->disk->path;
	int code = fdisk_set_ask(context, on_ask, NULL);

	if (code == 0)
		code = fdisk_assign_device(context, path, 0);
	if (code)
		return fdisk_failed(code, path, "open the disk for its partition table", err);
	code = fdisk_create_disklabel(context, disk->table == TABLE_GPT ? "gpt" : "dos");
	if (code)
		return fdisk_failed(code, path, "make a partition table", err);
	for (size_t i = 0; i < disk->partition_count; i++)
		if (add_partition(context, disk, &disk->partitions[i], err) < 0)
			return -1;
	code = fdisk_write_disklabel(context);
	if (code)
		return fdisk_failed(code, path, "write the partition table", err);
	code = fdisk_deassign_device(context, 0);
	return code ? fdisk_failed(code, path, "write the partition table out", err) : 0;
}

static int show_kernel(const char *path, struct err *err)
{
	struct err ignored;
	int fd = blockdev_claim(path, err);

	if (fd < 0)
		return -1;
	if (blockdev_reread(fd, path, err) < 0) {
		blockdev_close(fd, path, &ignored);
		return -1;
	}
	return blockdev_close(fd, path, err);
}

/* libfdisk writes a table under whatever holds the disk; asked before, not after. */
static int is_free(const char *path, struct err *err)
{
	int fd = blockdev_claim(path, err);

	return fd < 0 ? -1 : blockdev_close(fd, path, err);
}

static int partition_disk(void *arg, struct err *err)
{
	const struct plan_disk *disk = arg;
	struct fdisk_context *context;
	int ret;

	if (is_free(disk->disk->path, err) < 0)
		return -1;
	context = fdisk_new_context();
	if (!context)
		return err_set(err, ERR_MEMORY, disk->disk->path,
			       "no memory for a partition table");
	ret = write_table(context, disk, err);
	fdisk_unref_context(context);
	return ret < 0 ? -1 : show_kernel(disk->disk->path, err);
}

static int run(struct context *ctx, struct err *err)
{
	struct child child = {
		.name = "partition", .fn = partition_disk, .arg = &ctx->plan->disks[0]};

	return child_run(&child, ctx->watch, err);
}

static int differs(const struct plan_partition *planned, const char *who, uint64_t start,
		   uint64_t size, struct err *err)
{
	return err_set(err, ERR_PARTITION, planned->path,
		       "%s sees %ju bytes at byte %ju, but %ju bytes at byte %ju were planned", who,
		       (uintmax_t)size, (uintmax_t)start, (uintmax_t)planned->size,
		       (uintmax_t)planned->start);
}

static int verify_kernel(const struct disk *disk, const struct plan_partition *planned,
			 struct err *err)
{
	const char *name = strrchr(planned->path, '/') + 1;
	uint64_t start = sysfs_number(0, SYSFS "/block/%s/%s/start", disk->name, name) * SECTOR;
	uint64_t size;

	if (blockdev_wait(planned->path, &size, err) < 0)
		return -1;
	if (start != planned->start || size != planned->size)
		return differs(planned, "the kernel", start, size, err);
	return 0;
}

static int verify_table(blkid_partlist list, enum table_type table,
			const struct plan_partition *planned, struct err *err)
{
	blkid_partition found = blkid_partlist_get_partition_by_partno(list, (int)planned->number);
	const char *guid;
	uint64_t start, size;

	if (!found)
		return err_set(err, ERR_PARTITION, planned->path, "the table on the disk lacks it");
	start = (uint64_t)blkid_partition_get_start(found) * SECTOR;
	size = (uint64_t)blkid_partition_get_size(found) * SECTOR;
	if (start != planned->start || size != planned->size)
		return differs(planned, "libblkid", start, size, err);
	guid = blkid_partition_get_type_string(found);
	if (table == TABLE_GPT
		    ? !guid || strcasecmp(guid, types[planned->role].guid)
		    : (unsigned)blkid_partition_get_type(found) != types[planned->role].code)
		return err_set(err, ERR_PARTITION, planned->path,
			       "its type is not the one written");
	return 0;
}

static int verify_disk(void *arg, struct err *err)
{
	const struct plan_disk *disk = arg;
	blkid_probe probe = blkid_new_probe_from_filename(disk->disk->path);
	blkid_partlist list = probe ? blkid_probe_get_partitions(probe) : NULL;
	int ret = 0;

	if (!list)
		ret = err_set(err, ERR_PARTITION, disk->disk->path,
			      "there is no table on the disk");
	else if ((size_t)blkid_partlist_numof_partitions(list) != disk->partition_count)
		ret = err_set(err, ERR_PARTITION, disk->disk->path,
			      "the table on the disk has %d partitions, not %zu",
			      blkid_partlist_numof_partitions(list), disk->partition_count);
	for (size_t i = 0; ret == 0 && i < disk->partition_count; i++) {
		ret = verify_table(list, disk->table, &disk->partitions[i], err);
		if (ret == 0)
			ret = verify_kernel(disk->disk, &disk->partitions[i], err);
	}
	blkid_free_probe(probe);
	return ret;
}

static int verify(struct context *ctx, struct err *err)
{
	struct child child = {.name = "partition", .fn = verify_disk, .arg = &ctx->plan->disks[0]};

	return child_run(&child, ctx->watch, err);
}

const struct step step_partition = {
	.name = "partition",
	.summary = "write the boot disk's partition table",
	.run = run,
	.verify = verify,
};
