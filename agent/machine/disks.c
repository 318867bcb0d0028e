/* Disks: which block devices are disks, in which order, and what identifies them. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/location.h"
#include "machine/probe.h"
#include "machine/sysfs.h"

#define SECTOR 512 /* sysfs counts in these, whatever the disk's sectors are */

/* Names of disks that an installed system can live on. */
static const struct disk_kind {
	const char *prefix;
	bool numbered; /* nvme0n1, not sda */
	bool probed;   /* its letter or number is the order in which the kernel found it */
} kinds[] = {
	{"sd", false, true},
	{"vd", false, true},
	{"xvd", false, false}, /* the hypervisor's number of the device: xen-blkfront.c */
	{"nvme", true, true},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(*kinds))

static bool only_letters(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* "0n1", but neither the controller "0" nor the hidden path "0c0n1". */
static bool numbers_of_namespace(const char *s)
{
	const char *n = s + strspn(s, "0123456789");

	return n > s && *n == 'n' && isdigit((unsigned char)n[1]) &&
	       n[1 + strspn(n + 1, "0123456789")] == '\0';
}

/* The row of `kinds`, or KIND_COUNT when it is no disk. */
static size_t kind_of(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(name, kinds[i].prefix, len))
			continue;
		if (kinds[i].numbered ? numbers_of_namespace(name + len) : only_letters(name + len))
			return i;
	}
	return KIND_COUNT;
}

/* sda … sdz, sdaa; nvme2n1 before nvme10n1. */
static int compare_names(const void *left, const void *right)
{
	const char *a = *(const char *const *)left, *b = *(const char *const *)right;
	size_t kind_a = kind_of(a), kind_b = kind_of(b), len_a = strlen(a), len_b = strlen(b);

	if (kind_a != kind_b)
		return kind_a < kind_b ? -1 : 1;
	if (kinds[kind_a].numbered)
		return strverscmp(a, b);
	if (len_a != len_b)
		return len_a < len_b ? -1 : 1;
	return strcmp(a, b);
}

/* The order in which disks are counted: that of their places, because names change from boot to boot. */
static int compare_disks(const void *left, const void *right)
{
	const struct disk *a = left, *b = right;
	int places = location_compare(a->location, b->location);

	return places ? places : compare_names(&a->name, &b->name);
}

/* SPC-4, 7.8.15: unit serial number page, four bytes of header, length in bytes 2 and 3. */
static bool serial_of_vpd(char *buf, const char *sysfs, const char *name)
{
	unsigned char page[SYSFS_TEXT_MAX];
	size_t got = sysfs_bytes(page, sizeof(page), "%s/block/%s/device/vpd_pg80", sysfs, name);
	size_t used = 0, end;

	buf[0] = '\0';
	if (got < 4 || page[1] != 0x80)
		return false;
	end = 4 + ((size_t)page[2] << 8 | page[3]);
	for (size_t i = 4; i < end && i < got; i++)
		if (isgraph(page[i]))
			buf[used++] = (char)page[i];
	buf[used] = '\0';
	return used > 0;
}

/* virtio-blk keeps the serial with the block device, NVMe with the controller, SCSI in a VPD page. */
static void find_serial(char *buf, const char *sysfs, const char *name)
{
	if (sysfs_text(buf, "%s/block/%s/serial", sysfs, name))
		return;
	if (sysfs_text(buf, "%s/block/%s/device/serial", sysfs, name))
		return;
	serial_of_vpd(buf, sysfs, name);
}

static void find_wwn(char *buf, const char *sysfs, const char *name)
{
	if (!sysfs_text(buf, "%s/block/%s/wwid", sysfs, name))
		sysfs_text(buf, "%s/block/%s/device/wwid", sysfs, name);
}

/*
 * The controller is the nearest ancestor that a module can be bound to and that is not itself
 * on the SCSI bus: "virtio1" of vda, the PCI function of sda or nvme0n1.
 */
static void find_controller(struct disk *disk, const char *sysfs, struct arena *arena)
{
	char path[PATH_MAX], root[PATH_MAX], text[SYSFS_TEXT_MAX], bus[SYSFS_TEXT_MAX];
	char *slash;

	disk->driver = disk->modalias = "";
	snprintf(text, sizeof(text), "%s", disk->name);
	if (!realpath(sysfs, root))
		return;
	snprintf(path, sizeof(path), "%s/block/%s", sysfs, text);
	if (!(slash = realpath(path, NULL)))
		return;
	snprintf(path, sizeof(path), "%s", slash);
	free(slash);
	while ((slash = strrchr(path, '/')) && (size_t)(slash - path) > strlen(root)) {
		*slash = '\0';
		sysfs_link_name(bus, "%s/subsystem", path);
		if (!strcmp(bus, "scsi") || !sysfs_text(text, "%s/modalias", path))
			continue;
		disk->modalias = arena_strdup(arena, text);
		if (sysfs_link_name(text, "%s/driver", path))
			disk->driver = arena_strdup(arena, text);
		return;
	}
}

/* Removable media and disks without a medium are no place for a system. */
static bool usable(const char *sysfs, const char *name)
{
	return kind_of(name) < KIND_COUNT && sysfs_number(0, "%s/block/%s/size", sysfs, name) > 0 &&
	       sysfs_number(0, "%s/block/%s/removable", sysfs, name) == 0 &&
	       sysfs_number(0, "%s/block/%s/hidden", sysfs, name) == 0;
}

/* UEFI 2.10, 5.2.1: four bytes before the partitions; the folder of devices lies beside that of sysfs. */
static uint32_t read_mbr_signature(const char *sysfs, const char *name)
{
	unsigned char mbr[SECTOR];
	const unsigned char *at = mbr + 440;

	if (sysfs_bytes(mbr, sizeof(mbr), "%s/../dev/%s", sysfs, name) < sizeof(mbr) ||
	    mbr[510] != 0x55 || mbr[511] != 0xaa)
		return 0;
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void fill_disk(struct disk *disk, const char *sysfs, const char *name, struct arena *arena)
{
	char text[SYSFS_TEXT_MAX];

	disk->name = name;
	disk->path = arena_printf(arena, "/dev/%s", name);
	disk->location = device_location(sysfs, "block", name, arena);
	disk->size = sysfs_number(0, "%s/block/%s/size", sysfs, name) * SECTOR;
	disk->read_only = sysfs_number(0, "%s/block/%s/ro", sysfs, name) != 0;
	disk->logical_sector =
		(uint32_t)sysfs_number(SECTOR, "%s/block/%s/queue/logical_block_size", sysfs, name);
	disk->physical_sector = (uint32_t)sysfs_number(
		disk->logical_sector, "%s/block/%s/queue/physical_block_size", sysfs, name);
	find_serial(text, sysfs, name);
	disk->serial = arena_strdup(arena, text);
	find_wwn(text, sysfs, name);
	disk->wwn = arena_strdup(arena, text);
	sysfs_text(text, "%s/block/%s/device/model", sysfs, name);
	disk->model = arena_strdup(arena, text);
	find_controller(disk, sysfs, arena);
}

/* "a" … "z", "aa": drivers/scsi/sd.c, sd_format_disk_name(). */
static const char *letters(size_t index, struct arena *arena)
{
	const char *rest = index < 26 ? "" : letters(index / 26 - 1, arena);

	return arena_printf(arena, "%s%c", rest, (char)('a' + index % 26));
}

/* Two namespaces of one NVMe controller. */
static bool same_controller(const struct disk *a, const struct disk *b)
{
	const char *end_a = strrchr(a->location, '/'), *end_b = strrchr(b->location, '/');

	return end_a && end_b && end_a - a->location == end_b - b->location &&
	       !strncmp(a->location, b->location, (size_t)(end_a - a->location));
}

/* How many disks of its kind, or NVMe controllers, come before disk `index`. */
static size_t place_in_kind(const struct machine *machine, size_t index, size_t kind)
{
	const struct disk *last = NULL;
	size_t place = 0;

	for (size_t i = 0; i <= index; i++) {
		const struct disk *other = &machine->disks[i];

		if (kind_of(other->name) != kind)
			continue;
		if (last && !(kinds[kind].numbered && same_controller(last, other)))
			place++;
		last = other;
	}
	return place;
}

/* The name that the kernel would give if it found disks in the order of their places. */
static const char *counted_path(const struct machine *machine, size_t index, struct arena *arena)
{
	const struct disk *disk = &machine->disks[index];
	size_t kind = kind_of(disk->name), place;

	if (!kinds[kind].probed)
		return disk->path;
	place = place_in_kind(machine, index, kind);
	if (!kinds[kind].numbered)
		return arena_printf(arena, "/dev/%s%s", kinds[kind].prefix, letters(place, arena));
	return arena_printf(arena, "/dev/%s%zu%s", kinds[kind].prefix, place,
			    strchr(disk->name + strlen(kinds[kind].prefix), 'n'));
}

int probe_disks(struct machine *machine, const char *sysfs, struct arena *arena, struct err *err)
{
	static const struct sysfs_kind kind = {"block", usable, compare_names};
	const char **names;
	size_t count;

	if (sysfs_pick(&names, &count, sysfs, &kind, arena, err) < 0)
		return -1;
	machine->disks = arena_array(arena, count, sizeof(*machine->disks));
	machine->disk_count = count;
	for (size_t i = 0; i < count; i++) {
		fill_disk(&machine->disks[i], sysfs, names[i], arena);
		if (machine->bios_disk.mbr_signature)
			machine->disks[i].mbr_signature = read_mbr_signature(sysfs, names[i]);
	}
	qsort(machine->disks, count, sizeof(*machine->disks), compare_disks);
	for (size_t i = 0; i < count; i++)
		machine->disks[i].counted_path = counted_path(machine, i, arena);
	return 0;
}
