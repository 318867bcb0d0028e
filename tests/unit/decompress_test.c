/* Decompression: every format as its own tool writes it, whole, cut, damaged and followed by junk. */
#include "archive/decompress.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

SCRATCH_FOR_ALL
static const struct decompress_limits roomy = {.memory = 1 << 30, .threads = 2};

/* Decompress file `name` to `out`; the error's code, ERR_NONE when all went well. */
static enum err_code decompress(const char *name, const struct decompress_limits *limits,
				struct err *err)
{
	int in = scratch_open(&scratch, name, O_RDONLY);
	int out = scratch_open(&scratch, "out", O_WRONLY | O_CREAT | O_TRUNC);
	int ret = decompress_stream(in, out, limits, err);

	close(in);
	close(out);
	assert_int_equal(ret, err->code == ERR_NONE ? 0 : -1);
	return err->code;
}

static void expect_plain(const char *name)
{
	struct err err = ERR_INIT;

	decompress(name, &roomy, &err);
	if (err.code != ERR_NONE)
		print_message("%s: %s: %s\n", name, err_name(err.code), err.msg);
	assert_int_equal(err.code, ERR_NONE);
	scratch_run(&scratch, "cmp plain out");
}

static void whole_streams_decompress(void **state)
{
	static const char *const names[] = {"plain",  "a.gz",    "a.xz",    "mt.xz",    "a.bz2",
					    "a.zst",  "two.gz",  "two.xz",  "two.bz2",  "two.zst",
					    "pad.gz", "pad.bz2", "name.gz", "stored.gz"};

	(void)state;
	scratch_run(
		&scratch,
		"head -c 3M /dev/zero >plain; seq 200000 >>plain; head -c 1M /dev/urandom >>plain\n"
		"head -c 2M plain >p1; tail -c +2097153 plain >p2\n"
		"gzip -n <plain >a.gz; xz -1 <plain >a.xz; xz -1 -T2 --block-size=1MiB <plain >mt.xz\n"
		"bzip2 <plain >a.bz2; zstd -q <plain >a.zst\n"
		"for t in gzip:gz xz:xz bzip2:bz2 zstd:zst; do\n"
		"  (${t%:*} -c <p1; ${t%:*} -c <p2) >two.${t#*:}; done\n"
		"(cat a.gz; head -c 1000 /dev/zero) >pad.gz; (cat a.bz2; head -c 9 /dev/zero) >pad.bz2\n"
		"cp plain named; gzip named; mv named.gz name.gz\n"
		"python3 -c 'import gzip; open(\"stored.gz\", \"wb\").write("
		"gzip.compress(open(\"plain\", \"rb\").read(), 0))'");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		expect_plain(names[i]);
}

/* Members of a few bytes meet every boundary of the reader's buffer. */
static void many_small_members_decompress(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -f two.gz plain; for i in $(seq 300); do head -c $((i * 7)) /dev/urandom >piece\n"
		"cat piece >>plain; gzip -nc piece >>two.gz; done");
	expect_plain("two.gz");
}

static void cut_streams_are_truncated(void **state)
{
	static const char *const names[] = {"a.gz", "a.xz", "a.bz2", "a.zst"};

	(void)state;
	scratch_run(&scratch, "seq 100000 >plain; gzip -n <plain >a.gz; xz <plain >a.xz\n"
			      "bzip2 <plain >a.bz2; zstd -q <plain >a.zst");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = scratch_open(&scratch, names[i], O_RDWR);
		off_t size = lseek(fd, 0, SEEK_END);

		for (off_t cut = size - 1; cut > 12; cut = cut > 64 ? cut / 2 : cut - 7) {
			struct err err = ERR_INIT;

			assert_int_equal(ftruncate(fd, cut), 0);
			decompress(names[i], &roomy, &err);
			print_message("%s cut at %lld: %s\n", names[i], (long long)cut, err.msg);
			assert_int_equal(err.code, ERR_ARCHIVE_TRUNCATED);
		}
		close(fd);
	}
}

static void damage_is_told(void **state)
{
	static const struct {
		const char *make, *message;
	} rows[] = {
		{"gzip -n <plain >bad; printf X | dd of=bad bs=1 seek=5000 conv=notrunc status=none",
		 "gzip"},
		{"(gzip -n <plain; echo junk) >bad", "something else follows"},
		{"xz <plain >bad; printf XXXX | dd of=bad bs=1 seek=5000 conv=notrunc status=none",
		 "xz"},
		{"(xz <plain; echo junk, not padding) >bad", "xz"},
		{"bzip2 <plain >bad; printf X | dd of=bad bs=1 seek=5000 conv=notrunc status=none",
		 "bzip2"},
		{"zstd -q <plain >bad; printf XX | dd of=bad bs=1 seek=2000 conv=notrunc status=none",
		 "zstd"},
		{"(printf '\\355\\253\\356\\333'; head -c 300 /dev/zero) >bad", "rpm"},
	};

	(void)state;
	scratch_run(&scratch, "seq 100000 >plain");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		scratch_run(&scratch, rows[i].make);
		decompress("bad", &roomy, &err);
		print_message("%s\n", err.msg);
		assert_int_equal(err.code, ERR_ARCHIVE_FORMAT);
		assert_non_null(strstr(err.msg, rows[i].message));
	}
}

static void an_empty_archive_is_truncated(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	scratch_run(&scratch, ": >empty");
	assert_int_equal(decompress("empty", &roomy, &err), ERR_ARCHIVE_TRUNCATED);
}

static void too_little_memory_is_told(void **state)
{
	static const struct decompress_limits tight = {.memory = 4 << 20, .threads = 2};
	static const char *const makers[] = {"xz --lzma2=preset=0,dict=64MiB <plain >big",
					     "zstd -q -1 --long=27 <plain >big"};

	(void)state;
	scratch_run(&scratch, "head -c 20M /dev/zero | tr '\\0' x >plain");
	for (size_t i = 0; i < 2; i++) {
		struct err err = ERR_INIT;

		scratch_run(&scratch, makers[i]);
		assert_int_equal(decompress("big", &tight, &err), ERR_MEMORY);
		print_message("%s\n", err.msg);
		assert_non_null(strstr(err.msg, "4 MiB can be had"));
		/* What to give instead is half of what helps. */
		assert_non_null(strstr(err.msg, i ? "needs 128 MiB" : "needs 64 MiB"));
	}
}

static void memory_is_known_from_the_head(void **state)
{
	static const struct {
		const char *maker, *name;
		uint64_t least, most; /* MiB */
	} rows[] = {
		{"gzip", "gzip", 0, 0},
		{"cat", "none", 0, 0},
		{"xz --lzma2=preset=0,dict=64MiB", "xz", 64, 66},
		{"xz -T2 --lzma2=preset=0,dict=192MiB", "xz", 192, 194},
		{"zstd -q --long=27", "zstd", 128, 128},
		{"zstd -q --ultra --long=31", "zstd", 2048, 2048},
		{"zstd -q --ultra -22 --stream-size=20971520", "zstd", 20, 20},
		{"xz --format=lzma", "lzma (not xz)", 0, 0},
	};

	(void)state;
	scratch_run(&scratch, "head -c 20M /dev/zero | tr '\\0' x >plain");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char maker[256];
		struct decompress_head head;
		int in;

		snprintf(maker, sizeof(maker), "%s <plain >a", rows[i].maker);
		scratch_run(&scratch, maker);
		in = scratch_open(&scratch, "a", O_RDONLY);
		assert_int_equal(decompress_look(in, &head, NULL), 0);
		close(in);
		assert_string_equal(head.name, rows[i].name);
		assert_in_range(head.memory >> 20, rows[i].least, rows[i].most);
	}
}

static void other_formats_are_named(void **state)
{
	static const struct {
		const char *maker, *name;
	} rows[] = {
		{"xz --format=lzma <plain >a", "lzma"},
		{"printf '\\004\\042\\115\\030abcdefgh' >a", "lz4"},
		{"printf '\\120\\052\\115\\030\\004\\000\\000\\000abcd' >a", "pzstd"},
		{"printf 'LZIP\\001\\014abcdefgh' >a", "lzip"},
		{"printf 'PK\\003\\004abcdefgh' >a", "zip"},
	};

	(void)state;
	scratch_run(&scratch, "seq 1000 >plain");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		scratch_run(&scratch, rows[i].maker);
		assert_int_equal(decompress("a", &roomy, &err), ERR_ARCHIVE_FORMAT);
		assert_non_null(strstr(err.msg, rows[i].name));
	}
}

/* A few kilobytes must not become gigabytes in memory. */
static void output_is_bounded(void **state)
{
	static const char *const makers[] = {"cat <plain >big", "gzip <plain >big",
					     "xz <plain >big", "bzip2 <plain >big",
					     "zstd -q <plain >big"};
	const struct decompress_limits exact = {.memory = 1 << 30, .threads = 1, .output = 5 << 20};
	const struct decompress_limits less = {
		.memory = 1 << 30, .threads = 1, .output = exact.output - 1};

	(void)state;
	scratch_run(&scratch, "head -c 5M /dev/zero >plain");
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		struct err err = ERR_INIT;

		scratch_run(&scratch, makers[i]);
		assert_int_equal(decompress("big", &exact, &err), ERR_NONE);
		assert_int_equal(decompress("big", &less, &err), ERR_ARCHIVE_SPACE);
		scratch_run(&scratch, "test $(stat -c %s out) -lt 5242880");
	}
}

static void rpm_headers_are_skipped(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"mkdir -p tree/etc; echo hello >tree/etc/hello\n"
		"cat >t.spec <<'E'\n"
		"Name: t\nVersion: 1\nRelease: 1\nSummary: t\nLicense: none\nAutoReqProv: no\n"
		"%description\nt\n%install\ncp -a %{tree}/. %{buildroot}\n%files\n/etc/hello\nE\n"
		"for io in w1.gzdio w1.xzdio w1.zstdio w1.bzdio; do\n"
		"rpmbuild -bb --quiet --target x86_64 --buildroot $PWD/broot --define \"tree $PWD/tree\" \\\n"
		"  --define \"_topdir $PWD/top\" --define \"_rpmdir $PWD\" --define \"_binary_payload $io\" \\\n"
		"  t.spec >log 2>&1; mv x86_64/t-1-1.x86_64.rpm $io.rpm; done\n"
		"rpm2cpio w1.gzdio.rpm >plain");
	expect_plain("w1.gzdio.rpm");
	expect_plain("w1.xzdio.rpm");
	expect_plain("w1.zstdio.rpm");
	expect_plain("w1.bzdio.rpm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_streams_decompress),
		cmocka_unit_test(many_small_members_decompress),
		cmocka_unit_test(cut_streams_are_truncated),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(an_empty_archive_is_truncated),
		cmocka_unit_test(too_little_memory_is_told),
		cmocka_unit_test(memory_is_known_from_the_head),
		cmocka_unit_test(other_formats_are_named),
		cmocka_unit_test(output_is_bounded),
		cmocka_unit_test(rpm_headers_are_skipped),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
