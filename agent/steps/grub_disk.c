#include "steps/grub_disk.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define MBR_TABLE         446
#define MBR_ENTRY_SIZE    16
#define MBR_ENTRIES       4
#define MBR_TYPE          4 /* in an entry: u8 */
#define MBR_START         8 /* in an entry: u32, sector */
#define MBR_TYPE_GPT      0xee
#define GPT_SIGNATURE     "EFI PART"
#define GPT_TABLE         72 /* in the header: u64, sector of the entries */
#define GPT_ENTRIES       80 /* in the header: u32 */
#define GPT_ENTRY_SIZE    84 /* in the header: u32 */
#define GPT_ENTRIES_MAX   1024
#define GPT_START         32                 /* in an entry: u64, first sector */
#define GPT_END           40                 /* in an entry: u64, last sector */
#define GPT_BIOS_BOOT     "Hah!IdontNeedEFI" /* 21686148-6449-6E6F-744E-656564454649 as on disk */
#define GPT_ENTRY_MIN     128
#define READ_BACK_AT_ONCE (64 * 1024)

struct disk_io {
	const char *device; /* for messages */
	int fd;
};

/* Where core.img may lie. */
struct place {
	uint64_t lba, sectors;
};

static uint64_t get_le(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, at, size);
	return le64toh(value);
}

static int read_at(const struct disk_io *io, uint64_t offset, void *data, size_t size,
		   struct err *err)
{
	ssize_t got = pread(io->fd, data, size, (off_t)offset);

	if (got < 0)
		return err_sys(err, ERR_BOOTLOADER, io->device, "cannot read %s at byte %ju",
			       io->device, (uintmax_t)offset);
	if ((size_t)got != size)
		return err_set(err, ERR_BOOTLOADER, io->device, "%s ends at byte %ju", io->device,
			       (uintmax_t)offset + (uintmax_t)got);
	return 0;
}

/* Read what is on the disk, not what is in memory. */
static int read_back(const struct disk_io *io, uint64_t offset, const uint8_t *wanted, size_t size,
		     struct err *err)
{
	uint8_t piece[READ_BACK_AT_ONCE];

	posix_fadvise(io->fd, (off_t)offset, (off_t)size, POSIX_FADV_DONTNEED);
	for (size_t done = 0; done < size;) {
		size_t part = size - done < sizeof(piece) ? size - done : sizeof(piece);

		if (read_at(io, offset + done, piece, part, err))
			return -1;
		if (memcmp(piece, wanted + done, part) != 0)
			return err_set(err, ERR_BOOTLOADER, io->device,
				       "GRUB's %s does not read back from %s as it was written",
				       offset ? "core.img" : "boot sector", io->device);
		done += part;
	}
	return 0;
}

static int write_at(const struct disk_io *io, uint64_t offset, const uint8_t *data, size_t size,
		    struct err *err)
{
	ssize_t put = pwrite(io->fd, data, size, (off_t)offset);

	if (put >= 0 && (size_t)put != size)
		errno = ENOSPC;
	if (put != (ssize_t)size || fsync(io->fd))
		return err_sys(err, ERR_BOOTLOADER, io->device,
			       "cannot write %zu bytes to %s at byte %ju", size, io->device,
			       (uintmax_t)offset);
	return read_back(io, offset, data, size, err);
}

static bool is_gpt(const uint8_t *mbr)
{
	for (int i = 0; i < MBR_ENTRIES; i++)
		if (mbr[MBR_TABLE + i * MBR_ENTRY_SIZE + MBR_TYPE] == MBR_TYPE_GPT)
			return true;
	return false;
}

/* The gap between the MBR and the first partition. */
static int find_gap(const struct disk_io *io, const uint8_t *mbr, struct place *place,
		    struct err *err)
{
	uint64_t first = UINT64_MAX;

	for (int i = 0; i < MBR_ENTRIES; i++) {
		const uint8_t *entry = mbr + MBR_TABLE + i * MBR_ENTRY_SIZE;
		uint64_t start = get_le(entry + MBR_START, 4);

		if (entry[MBR_TYPE] && start < first)
			first = start;
	}
	if (first == UINT64_MAX || first == 0)
		return err_set(err, ERR_BOOTLOADER, io->device,
			       "%s has no MBR partition to put GRUB before", io->device);
	*place = (struct place){.lba = 1, .sectors = first - 1};
	return 0;
}

static int find_bios_boot(const struct disk_io *io, struct place *place, struct err *err)
{
	uint8_t header[GRUB_SECTOR], entry[GPT_ENTRY_MIN];
	uint64_t table, count, size;

	if (read_at(io, GRUB_SECTOR, header, sizeof(header), err))
		return -1;
	table = get_le(header + GPT_TABLE, 8);
	count = get_le(header + GPT_ENTRIES, 4);
	size = get_le(header + GPT_ENTRY_SIZE, 4);
	if (memcmp(header, GPT_SIGNATURE, strlen(GPT_SIGNATURE)) != 0 || size < GPT_ENTRY_MIN ||
	    count > GPT_ENTRIES_MAX)
		return err_set(err, ERR_BOOTLOADER, io->device,
			       "%s has a protective MBR but no GPT that can be read", io->device);
	for (uint64_t i = 0; i < count; i++) {
		if (read_at(io, table * GRUB_SECTOR + i * size, entry, sizeof(entry), err))
			return -1;
		if (memcmp(entry, GPT_BIOS_BOOT, strlen(GPT_BIOS_BOOT)) != 0)
			continue;
		place->lba = get_le(entry + GPT_START, 8);
		place->sectors = get_le(entry + GPT_END, 8) - place->lba + 1;
		return 0;
	}
	return err_set(err, ERR_BOOTLOADER, io->device,
		       "the GPT of %s has no BIOS boot partition to put GRUB into", io->device);
}

static int find_place(const struct disk_io *io, enum table_type table, const uint8_t *mbr,
		      struct place *place, struct err *err)
{
	if (mbr[510] != 0x55 || mbr[511] != 0xaa)
		return err_set(err, ERR_BOOTLOADER, io->device, "%s has no partition table",
			       io->device);
	if (is_gpt(mbr) != (table == TABLE_GPT))
		return err_set(
			err, ERR_BOOTLOADER, io->device,
			"%s has %s partition table, the plan has another: is it the disk that was installed?",
			io->device, is_gpt(mbr) ? "a GPT" : "an MBR");
	return table == TABLE_GPT ? find_bios_boot(io, place, err) : find_gap(io, mbr, place, err);
}

/* Open the disk, find the place, put the images into their form for it; `mbr` is the sector there. */
static int begin(struct disk_io *io, int flags, enum table_type table, struct grub_images *images,
		 uint8_t *mbr, uint64_t *core_offset, struct err *err)
{
	struct place place;

	io->fd = open(io->device, flags | O_CLOEXEC);
	if (io->fd < 0)
		return err_sys(err, ERR_BOOTLOADER, io->device, "cannot open %s", io->device);
	if (read_at(io, 0, mbr, GRUB_SECTOR, err) || find_place(io, table, mbr, &place, err))
		return -1;
	if (images->core_size > place.sectors * GRUB_SECTOR)
		return err_set(
			err, ERR_BOOTLOADER, io->device,
			"GRUB's core.img has %zu bytes, but only %ju are free for it at sector %ju of %s",
			images->core_size, (uintmax_t)place.sectors * GRUB_SECTOR,
			(uintmax_t)place.lba, io->device);
	grub_images_set_place(images, place.lba);
	*core_offset = place.lba * GRUB_SECTOR;
	return 0;
}

int grub_disk_erase(const char *device, struct err *err)
{
	static const uint8_t zeros[GRUB_BOOT_CODE];
	struct disk_io io = {.device = device, .fd = open(device, O_RDWR | O_CLOEXEC)};
	int ret;

	if (io.fd < 0)
		return err_sys(err, ERR_BOOTLOADER, device, "cannot open %s", device);
	ret = write_at(&io, 0, zeros, sizeof(zeros), err);
	if (close(io.fd) && ret == 0)
		ret = err_sys(err, ERR_BOOTLOADER, device, "cannot close %s", device);
	return ret;
}

int grub_disk_write(const char *device, enum table_type table, struct grub_images *images,
		    struct err *err)
{
	struct disk_io io = {.device = device, .fd = -1};
	uint8_t mbr[GRUB_SECTOR];
	uint64_t core_offset;
	int ret = -1;

	if (begin(&io, O_RDWR, table, images, mbr, &core_offset, err) ||
	    write_at(&io, core_offset, images->core, images->core_size, err))
		goto out;
	memcpy(mbr, images->boot, GRUB_BOOT_CODE);
	ret = write_at(&io, 0, mbr, sizeof(mbr), err);
	if (ret)
		grub_disk_erase(device, NULL);
out:
	if (io.fd >= 0 && close(io.fd) && ret == 0)
		ret = err_sys(err, ERR_BOOTLOADER, device, "cannot close %s", device);
	return ret;
}

int grub_disk_verify(const char *device, enum table_type table, struct grub_images *images,
		     struct err *err)
{
	struct disk_io io = {.device = device, .fd = -1};
	uint8_t mbr[GRUB_SECTOR];
	uint64_t core_offset;
	int ret = -1;

	if (begin(&io, O_RDONLY, table, images, mbr, &core_offset, err) == 0 &&
	    read_back(&io, core_offset, images->core, images->core_size, err) == 0)
		ret = read_back(&io, 0, images->boot, GRUB_BOOT_CODE, err);
	if (io.fd >= 0)
		close(io.fd);
	return ret;
}
