#include "steps/grub_images.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#define CORE_SIZE_MAX    (1 << 20) /* the MBR gap before a partition at 1 MiB is no larger */
#define KERNEL_SECTOR    0x5c      /* boot.img: u64, where core.img begins */
#define BOOT_SIGNATURE   0x1fe     /* boot.img: 55 aa */
#define BLOCK_LIST_START 0x1f4     /* core.img: u64, the sector after its first */
#define BLOCK_LIST_SIZE  0x1fc     /* core.img: u16, sectors from there */
#define BLOCK_LIST_MADE  2         /* what grub-mkimage writes: core.img at sector 1 */

static uint64_t get_u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static void put_u64(uint8_t *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

/* At most `room` bytes of a file; more is an error. */
static int read_file(const char *path, uint8_t *data, size_t room, size_t *size, struct err *err)
{
	FILE *file = fopen(path, "rbe");

	if (!file)
		return err_sys(err, ERR_BOOTLOADER, path,
			       "cannot open %s, which the installer image should carry", path);
	*size = fread(data, 1, room, file);
	if (ferror(file) || (*size == room && getc(file) != EOF)) {
		fclose(file);
		return err_set(err, ERR_BOOTLOADER, path,
			       "%s cannot be read or is larger than %zu bytes", path, room);
	}
	fclose(file);
	return 0;
}

static int check_boot(const char *path, const uint8_t *boot, size_t size, struct err *err)
{
	if (size != GRUB_SECTOR || boot[BOOT_SIGNATURE] != 0x55 ||
	    boot[BOOT_SIGNATURE + 1] != 0xaa || !memmem(boot, size, "GRUB ", 5) ||
	    get_u64(boot + KERNEL_SECTOR) != 1)
		return err_set(err, ERR_BOOTLOADER, path,
			       "%s is not GRUB's boot.img: wanted are 512 bytes that load sector 1",
			       path);
	return 0;
}

static int check_core(const char *path, const uint8_t *core, size_t size, struct err *err)
{
	size_t listed = core[BLOCK_LIST_SIZE] | (size_t)core[BLOCK_LIST_SIZE + 1] << 8;

	if (size < 2 * GRUB_SECTOR || get_u64(core + BLOCK_LIST_START) != BLOCK_LIST_MADE ||
	    listed != size / GRUB_SECTOR - 1)
		return err_set(err, ERR_BOOTLOADER, path,
			       "%s is not GRUB's core.img of %zu sectors: its block list says %zu",
			       path, size / GRUB_SECTOR, listed + 1);
	return 0;
}

int grub_images_read(struct grub_images *images, const char *folder, enum table_type table,
		     struct arena *arena, struct err *err)
{
	const char *boot = arena_printf(arena, "%s/boot.img", folder);
	const char *core = arena_printf(arena, "%s/core-%s.img", folder,
					table == TABLE_GPT ? "gpt" : "msdos1");
	size_t size;

	if (read_file(boot, images->boot, sizeof(images->boot), &size, err) ||
	    check_boot(boot, images->boot, size, err))
		return -1;
	images->core = arena_alloc(arena, CORE_SIZE_MAX);
	if (read_file(core, images->core, CORE_SIZE_MAX - GRUB_SECTOR, &size, err))
		return -1;
	images->core_size = (size + GRUB_SECTOR - 1) / GRUB_SECTOR * GRUB_SECTOR;
	return check_core(core, images->core, images->core_size, err);
}

void grub_images_set_place(struct grub_images *images, uint64_t lba)
{
	put_u64(images->boot + KERNEL_SECTOR, lba);
	put_u64(images->core + BLOCK_LIST_START, lba + 1);
}
