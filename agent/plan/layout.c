/* Where partitions begin and end, and which devices become PVs. */
#include <ctype.h>
#include <string.h>

#include "base/limits.h"
#include "plan/parts.h"

#define BIOS_GRUB_SIZE    MIB(1)                /* GRUB's core image has 150 KB */
#define MSDOS_SECTORS_MAX ((uint64_t)1 << 32)   /* start and length are 32-bit sector numbers */
#define GPT_ENTRIES_SIZE  ((uint64_t)128 * 128) /* UEFI 2.10, 5.3: 128 entries of 128 bytes */

static uint64_t align_up(uint64_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static uint64_t align_down(uint64_t bytes)
{
	return bytes / ALIGNMENT * ALIGNMENT;
}

static enum table_type choose_table(const struct plan *plan, const struct disk *disk)
{
	if (plan->job->table != TABLE_AUTO)
		return plan->job->table;
	return disk->size <= MSDOS_SECTORS_MAX * 512 ? TABLE_MSDOS : TABLE_GPT;
}

/* The first byte behind the partitions: GPT keeps its backup in the last sectors. */
static uint64_t usable_end(const struct plan_disk *disk)
{
	uint64_t tail =
		disk->table == TABLE_GPT ? GPT_ENTRIES_SIZE + disk->disk->logical_sector : 0;

	return align_down(disk->disk->size > tail ? disk->disk->size - tail : 0);
}

static const char *partition_path(const struct plan *plan, const struct disk *disk, unsigned number)
{
	size_t len = strlen(disk->path);
	const char *infix = isdigit((unsigned char)disk->path[len - 1]) ? "p" : "";

	return arena_printf(plan->arena, "%s%s%u", disk->path, infix, number);
}

static uint64_t add_partition(const struct plan *plan, struct plan_disk *disk,
			      enum partition_role role, uint64_t start, uint64_t size)
{
	struct plan_partition *partition = &disk->partitions[disk->partition_count++];

	partition->role = role;
	partition->number = (unsigned)disk->partition_count;
	partition->start = start;
	partition->size = size;
	partition->path = partition_path(plan, disk->disk, partition->number);
	return start + size;
}

static int refuse_table(const struct disk *disk, struct err_list *errors)
{
	struct err err = ERR_INIT;
	char size[32], most[32];

	err_set(&err, ERR_MACHINE_DISK, disk->path,
		"table \"msdos\" reaches %s with %u-byte sectors, but the disk has %s (%ju bytes); accepted is \"gpt\" or \"auto\"",
		size_text(MSDOS_SECTORS_MAX * disk->logical_sector, most), disk->logical_sector,
		size_text(disk->size, size), (uintmax_t)disk->size);
	err_list_add(errors, &err);
	return -1;
}

static int refuse_size(const char *where, uint64_t has, uint64_t needs, const char *what,
		       struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_MACHINE_SPACE, where, "has %ju bytes, but %s needs at least %ju",
		(uintmax_t)has, what, (uintmax_t)needs);
	err_list_add(errors, &err);
	return -1;
}

/* An unpartitioned MiB for MBR and GRUB's core image, /boot, then all the rest. */
static int lay_out_boot_disk(struct plan *plan, struct err_list *errors)
{
	struct plan_disk *disk = &plan->disks[0];
	uint64_t boot = align_up(plan->job->boot.size);
	uint64_t next = ALIGNMENT, end, least = PV_DATA_START + EXTENT_SIZE;

	disk->table = choose_table(plan, disk->disk);
	if (disk->table == TABLE_MSDOS &&
	    disk->disk->size / disk->disk->logical_sector > MSDOS_SECTORS_MAX)
		return refuse_table(disk->disk, errors);
	if (disk->table == TABLE_GPT)
		next = add_partition(plan, disk, PART_BIOS_GRUB, next, BIOS_GRUB_SIZE);
	end = usable_end(disk);
	if (end < next || end - next < boot || end - next - boot < least)
		return refuse_size(disk->disk->path, disk->disk->size,
				   next + boot + least + (disk->disk->size - end),
				   "a boot disk with this /boot and one PV", errors);
	next = add_partition(plan, disk, PART_BOOT, next, boot);
	add_partition(plan, disk, PART_PV, next, end - next);
	return 0;
}

static int add_pv(struct plan *plan, const char *path, uint64_t size, struct err_list *errors)
{
	struct plan_pv *pv = &plan->pvs[plan->pv_count++];

	if (size < PV_DATA_START + EXTENT_SIZE)
		return refuse_size(path, size, PV_DATA_START + EXTENT_SIZE, "a PV", errors);
	pv->path = path;
	pv->size = size;
	pv->extents = (size - PV_DATA_START) / EXTENT_SIZE;
	plan->extents += pv->extents;
	return 0;
}

/* LVM refuses a VG of mixed sector sizes: a filesystem could cross from one kind to the other. */
static int check_sectors(const struct plan *plan, struct err_list *errors)
{
	const struct disk *boot = plan->disks[0].disk;
	int ret = 0;

	for (size_t i = 1; i < plan->disk_count; i++) {
		const struct disk *disk = plan->disks[i].disk;
		struct err err = ERR_INIT;

		if (disk->logical_sector == boot->logical_sector)
			continue;
		ret = err_set(
			&err, ERR_MACHINE_DISK, disk->path,
			"has %u-byte sectors, but %s has %u-byte sectors, and a VG takes one kind only; name the disks to use in the job",
			disk->logical_sector, boot->path, boot->logical_sector);
		err_list_add(errors, &err);
	}
	return ret;
}

int plan_lay_out(struct plan *plan, struct err_list *errors)
{
	const struct plan_disk *boot = &plan->disks[0];
	const struct plan_partition *last;
	int ret;

	plan->pvs = arena_array(plan->arena, plan->disk_count, sizeof(*plan->pvs));
	if (check_sectors(plan, errors) < 0)
		return -1;
	ret = lay_out_boot_disk(plan, errors);
	if (ret == 0) {
		last = &boot->partitions[boot->partition_count - 1];
		ret = add_pv(plan, last->path, last->size, errors);
	}
	for (size_t i = 1; i < plan->disk_count; i++)
		if (add_pv(plan, plan->disks[i].disk->path, plan->disks[i].disk->size, errors) < 0)
			ret = -1;
	return ret;
}
