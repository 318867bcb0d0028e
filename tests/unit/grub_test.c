/* GRUB's two writes, on image files with tables made by sfdisk and images like grub-mkimage's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "steps/grub_disk.h"

#define DISK_SIZE (8 << 20)

struct scene {
	char folder[64], disk[128];
	struct arena arena;
	struct grub_images images;
};

static void write_file(const char *folder, const char *name, const void *data, size_t size)
{
	char path[192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void make_images(const char *folder, size_t core_size)
{
	static uint8_t core[2 << 20];
	uint8_t boot[512] = {0};
	size_t sectors = (core_size + 511) / 512;

	for (size_t i = 0; i < core_size; i++)
		core[i] = (uint8_t)(i * 7 + i / 512);
	memset(core + 0x1f4, 0, 12);
	core[0x1f4] = 2;
	core[0x1fc] = (uint8_t)((sectors - 1) & 0xff);
	core[0x1fd] = (uint8_t)((sectors - 1) >> 8);
	memset(boot, 0xeb, 440);
	memset(boot + 0x5c, 0, 8);
	boot[0x5c] = 1;
	memcpy(boot + 0x180, "GRUB ", 5);
	boot[510] = 0x55;
	boot[511] = 0xaa;
	write_file(folder, "boot.img", boot, sizeof(boot));
	write_file(folder, "core-msdos1.img", core, core_size);
	write_file(folder, "core-gpt.img", core, core_size);
}

static void scene_make(struct scene *scene, const char *table, size_t core_size)
{
	const char *argv[] = {"sh", "-c", "exec sfdisk -q \"$0\" <\"$1\"", scene->disk, NULL, NULL};
	const struct child sfdisk = {.name = "sfdisk", .argv = argv};
	struct err err = ERR_INIT;
	char script[192];

	*scene = (struct scene){.folder = "/tmp/newroot-grub-XXXXXX"};
	assert_non_null(mkdtemp(scene->folder));
	make_images(scene->folder, core_size);
	snprintf(scene->disk, sizeof(scene->disk), "%s/disk", scene->folder);
	snprintf(script, sizeof(script), "%s/script", scene->folder);
	write_file(scene->folder, "disk", "", 0);
	write_file(scene->folder, "script", table, strlen(table));
	assert_int_equal(truncate(scene->disk, DISK_SIZE), 0);
	argv[4] = script;
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	if (*table && child_run(&sfdisk, NULL, &err))
		fail_msg("%s", err.msg);
}

static void scene_free(struct scene *scene)
{
	static const char *const names[] = {"boot.img", "core-msdos1.img", "core-gpt.img", "disk",
					    "script"};
	char path[192];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(scene->folder), 0);
	arena_free(&scene->arena);
}

static void read_disk(const struct scene *scene, uint64_t offset, void *data, size_t size)
{
	FILE *file = fopen(scene->disk, "r");

	assert_non_null(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	assert_int_equal(fread(data, 1, size, file), size);
	fclose(file);
}

static int install(struct scene *scene, enum table_type table, struct err *err)
{
	return grub_images_read(&scene->images, scene->folder, table, &scene->arena, err) ||
			       grub_disk_write(scene->disk, table, &scene->images, err)
		       ? -1
		       : 0;
}

static void put_byte(const struct scene *scene, long offset, int byte)
{
	FILE *file = fopen(scene->disk, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	assert_int_equal(fputc(byte, file), byte);
	assert_int_equal(fclose(file), 0);
}

#define MBR_SCRIPT "label: dos\nlabel-id: 0x12345678\nstart=2048, size=4096, type=83\n"
#define GPT_SCRIPT                                                                                 \
	"label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649\n"           \
	"start=4096, size=4096, type=L\n"

static void mbr_gap(void **state)
{
	uint8_t before[512], after[512], core[512];
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, MBR_SCRIPT, 161366);
	read_disk(&scene, 0, before, sizeof(before));
	if (install(&scene, TABLE_MSDOS, &err))
		fail_msg("%s", err.msg);
	read_disk(&scene, 0, after, sizeof(after));
	read_disk(&scene, 512, core, sizeof(core));
	assert_memory_equal(after, scene.images.boot, 440);
	assert_memory_equal(after + 440, before + 440, 72); /* disk id, table, signature */
	assert_int_equal(after[0x5c], 1);
	assert_int_equal(core[0x1f4], 2);
	assert_int_equal(grub_disk_verify(scene.disk, TABLE_MSDOS, &scene.images, &err), 0);
	put_byte(&scene, 512 + 161000, 0xff);
	assert_int_equal(grub_disk_verify(scene.disk, TABLE_MSDOS, &scene.images, &err), -1);
	assert_non_null(strstr(err.msg, "core.img does not read back"));
	assert_int_equal(grub_disk_erase(scene.disk, &err), 0);
	read_disk(&scene, 0, after, sizeof(after));
	assert_memory_equal(after, before, 512);
	scene_free(&scene);
}

static void gpt_bios_boot_partition(void **state)
{
	uint8_t header[512], again[512], boot[512], core[512];
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, GPT_SCRIPT, 161366);
	read_disk(&scene, 512, header, sizeof(header));
	if (install(&scene, TABLE_GPT, &err))
		fail_msg("%s", err.msg);
	read_disk(&scene, 0, boot, sizeof(boot));
	read_disk(&scene, 512, again, sizeof(again));
	read_disk(&scene, 2048 * 512, core, sizeof(core));
	assert_memory_equal(again, header, sizeof(header));
	assert_int_equal(boot[0x5c] | boot[0x5d] << 8, 2048);
	assert_int_equal(core[0x1f4] | core[0x1f5] << 8, 2049);
	assert_int_equal(grub_disk_verify(scene.disk, TABLE_GPT, &scene.images, &err), 0);
	scene_free(&scene);
}

struct refusal {
	const char *name, *script;
	enum table_type table;
	size_t core_size;
	const char *message;
};

static const struct refusal refusals[] = {
	{"no table", "", TABLE_MSDOS, 161366, "has no partition table"},
	{"no partition", "label: dos\n", TABLE_MSDOS, 161366, "has no MBR partition"},
	{"small gap", "label: dos\nstart=63, size=4096, type=83\n", TABLE_MSDOS, 161366,
	 "core.img has 161792 bytes, but only 31744 are free for it at sector 1"},
	{"MBR for GPT", MBR_SCRIPT, TABLE_GPT, 161366, "has an MBR partition table, the plan has"},
	{"GPT for MBR", GPT_SCRIPT, TABLE_MSDOS, 161366, "has a GPT partition table, the plan has"},
	{"no bios_grub", "label: gpt\nstart=4096, size=4096, type=L\n", TABLE_GPT, 161366,
	 "no BIOS boot partition"},
	{"small bios_grub",
	 "label: gpt\nstart=2048, size=100, type=21686148-6449-6E6F-744E-656564454649\n", TABLE_GPT,
	 161366, "only 51200 are free for it at sector 2048"},
};

static void refused_disks_stay_as_they_are(void **state)
{
	const struct refusal *r = *state;
	static uint8_t before[DISK_SIZE], after[DISK_SIZE];
	struct err err = ERR_INIT;
	struct scene scene;

	scene_make(&scene, r->script, r->core_size);
	read_disk(&scene, 0, before, sizeof(before));
	assert_int_equal(install(&scene, r->table, &err), -1);
	assert_int_equal(err.code, ERR_BOOTLOADER);
	if (!strstr(err.msg, r->message))
		fail_msg("%s: %s", r->name, err.msg);
	read_disk(&scene, 0, after, sizeof(after));
	assert_memory_equal(before, after, sizeof(before));
	scene_free(&scene);
}

static void bad_images_are_refused(void **state)
{
	struct err err = ERR_INIT;
	struct scene scene;

	(void)state;
	scene_make(&scene, "", 161366);
	write_file(scene.folder, "boot.img", "short", 5);
	assert_int_equal(install(&scene, TABLE_MSDOS, &err), -1);
	assert_non_null(strstr(err.msg, "is not GRUB's boot.img"));
	make_images(scene.folder, 161366);
	assert_int_equal(truncate(scene.disk, 0), 0);
	write_file(scene.folder, "core-gpt.img", scene.images.boot, 512);
	assert_int_equal(install(&scene, TABLE_GPT, &err), -1);
	assert_non_null(strstr(err.msg, "is not GRUB's core.img"));
	assert_int_equal(grub_images_read(&scene.images, "/nowhere", TABLE_GPT, &scene.arena, &err),
			 -1);
	assert_non_null(strstr(err.msg, "cannot open /nowhere/boot.img"));
	scene_free(&scene);
}

#define REFUSAL(i)                                                                                 \
	{                                                                                          \
		"refusal " #i, refused_disks_stay_as_they_are, NULL, NULL, (void *)&refusals[i]    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mbr_gap),
		cmocka_unit_test(gpt_bios_boot_partition),
		REFUSAL(0),
		REFUSAL(1),
		REFUSAL(2),
		REFUSAL(3),
		REFUSAL(4),
		REFUSAL(5),
		REFUSAL(6),
		cmocka_unit_test(bad_images_are_refused),
	};

	return cmocka_run_group_tests_name("grub", tests, NULL, NULL);
}
