/* What old disks carry, made on a file: it is known before, and nothing of it after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "steps/erase.h"

#define DISK_SIZE MIB(128)
#define SECTOR    512

#include "tests/unit/disk_file.h"

/* Negative: from the end. */
static void put(int64_t at, const void *bytes, size_t size)
{
	off_t offset = (off_t)(at < 0 ? (int64_t)DISK_SIZE + at : at);

	assert_int_equal(pwrite(fd, bytes, size, offset), size);
}

static void assert_found(const char *expected)
{
	char type[32];
	struct err err = ERR_INIT;

	assert_int_equal(signatures_left(fd, path, (struct extent){0, DISK_SIZE}, type, &err),
			 *expected ? 1 : 0);
	assert_string_equal(type, expected);
}

static unsigned erase(void)
{
	unsigned erased = 0;
	struct err err = ERR_INIT;

	assert_int_equal(erase_place(fd, path, (struct extent){0, DISK_SIZE}, &erased, &err), 0);
	return erased;
}

struct patch {
	int64_t at;
	const char *bytes;
	size_t size;
};
#define PATCH(at, text)                                                                            \
	{                                                                                          \
		at, text, sizeof(text) - 1                                                         \
	}

/* Magic numbers, and what libblkid's superblocks/NAME.c checks beside them; places as there. */
static const struct label {
	const char *type;
	struct patch patches[3];
} labels[] = {
	{"crypto_LUKS", {PATCH(0, "LUKS\xba\xbe\0\1")}},
	/* The second header of LUKS 2, when the first is gone. */
	{"crypto_LUKS", {PATCH(MIB(4), "SKUL\xba\xbe\0\2")}},
	{"bcache",
	 {PATCH(4096 + 8, "\x8\0\0\0\0\0\0\0"),
	  PATCH(4096 + 24, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81")}},
	{"ddf_raid_member", {PATCH(-SECTOR, "\xde\x11\xde\x11")}},
	{"ddf_raid_member", {PATCH(-257 * SECTOR, "\xde\x11\xde\x11")}},
	{"isw_raid_member", {PATCH(-2 * SECTOR, "Intel Raid ISM Cfg Sig. 1.0.00")}},
	{"lsi_mega_raid_member", {PATCH(-SECTOR, "$XIDE$")}},
	{"promise_fasttrack_raid_member", {PATCH(-63 * SECTOR, "Promise Technology, Inc.")}},
	{"promise_fasttrack_raid_member", {PATCH(-3087 * SECTOR, "Promise Technology, Inc.")}},
	{"linux_raid_member", {PATCH(-65536, "\xfc\x4e\x2b\xa9\0\0\0\0\x5a\0\0\0")}},
	{"drbd", {PATCH(-4096 + 60, "\x83\x74\x02\x6b")}},
	{"LVM1_member", {PATCH(0, "HM\1\0")}},
	{"VMFS_volume_member", {PATCH(MIB(1), "\x0d\xd0\x01\xc0")}},
	{"VMFS", {PATCH(MIB(2), "\x5e\xf1\xab\x2f")}},
	{"btrfs", {PATCH(KIB(64) + 0x40, "_BHRfS_M")}},
	{"f2fs", {PATCH(1024, "\x10\x20\xf5\xf2\1\0\0\0")}},
	{"reiserfs",
	 {PATCH(KIB(64) + 12, "\x12\0\0\0"), PATCH(KIB(64) + 44, "\0\x10"),
	  PATCH(KIB(64) + 0x34, "ReIsEr2Fs")}},
	{"reiser4", {PATCH(KIB(64), "ReIsEr4")}},
	{"jfs", {PATCH(KIB(32), "JFS1"), PATCH(KIB(32) + 16, "\0\x10\0\0\xc\0\3\0\0\2\0\0\x9\0")}},
	{"ocfs2", {PATCH(KIB(2), "OCFSV2")}},
	{"gfs2", {PATCH(KIB(64), "\1\x16\x19\x70"), PATCH(KIB(64) + 24, "\0\0\x7\x9\0\0\x7\x6c")}},
	{"minix", {PATCH(1024, "\x20\0\x64\0\1\0\1\0\5\0\0\0\0\0\0\0\x7f\x13\1\0")}},
	{"oracleasm", {PATCH(32, "ORCLDISK")}},
};

static void test_every_label(void **state)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		const struct label *label = &labels[i];

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(ftruncate(fd, (off_t)DISK_SIZE), 0);
		for (size_t j = 0; j < 3 && label->patches[j].bytes; j++)
			put(label->patches[j].at, label->patches[j].bytes, label->patches[j].size);
		assert_found(label->type);
		erase();
		assert_found("");
	}
	(void)state;
}

/* zfs(4), on-disk format: two labels of 256 KiB at each end, the second half of each up to 128 uberblocks. */
static void test_zfs_is_erased_at_once(void **state)
{
	static const uint64_t magic = 0x00bab10c;
	const int64_t places[] = {0, KIB(256), -(int64_t)KIB(512), -(int64_t)KIB(256)};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (int64_t block = 0; block < 128; block++)
			put(places[i] + (int64_t)KIB(128) + block * (int64_t)KIB(1), &magic,
			    sizeof(magic));
	assert_found("zfs_member");
	assert_int_equal(erase(), 0);
	assert_found("");
}

/* An error of the probe is told; it does not mean that nothing is there. */
static void test_a_place_that_cannot_be_read(void **state)
{
	struct err err = ERR_INIT;
	unsigned erased = 0;
	char type[32];
	int unreadable = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(signatures_left(unreadable, path, (struct extent){0, MIB(16)}, type, &err),
			 -1);
	assert_int_equal(
		signatures_erase(unreadable, path, (struct extent){0, MIB(16)}, &erased, &err), -1);
	close(unreadable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_label, disk_setup, disk_teardown),
		cmocka_unit_test_setup_teardown(test_zfs_is_erased_at_once, disk_setup,
						disk_teardown),
		cmocka_unit_test_setup_teardown(test_a_place_that_cannot_be_read, disk_setup,
						disk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
