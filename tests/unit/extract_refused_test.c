/* Unpacking: what must not be unpacked, or does not fit, is refused or left out, and the message says why. */
#include "tests/unit/extract_fixture.h"

/* A cast to 32 bits would make root, or nobody in particular, of them. */
static void owners_beyond_32_bits_are_refused(void **state)
{
	static const char *const rows[] = {"uid=4294967296", "gid=4294967296", "uid=4294967295",
					   "gid=4294967295", "uid=8589934592"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char script[512];

		snprintf(script, sizeof(script),
			 "rm -rf out; mkdir out; /usr/bin/python3 -c 'import tarfile\n"
			 "t = tarfile.open(\"ids\", \"w\", format=tarfile.PAX_FORMAT)\n"
			 "i = tarfile.TarInfo(\"file\"); i.%s; t.addfile(i); t.close()'",
			 rows[i]);
		scratch_run(&scratch, script);
		expect_refused("ids", "out", ERR_ARCHIVE_ENTRY, NULL);
	}
	scratch_run(&scratch, "rm -rf out; mkdir out; /usr/bin/python3 -c 'import tarfile\n"
			      "t = tarfile.open(\"ids\", \"w\", format=tarfile.PAX_FORMAT)\n"
			      "i = tarfile.TarInfo(\"file\"); i.uid = i.gid = 4294967294; "
			      "t.addfile(i); t.close()'");
	expect_extracted("ids", "out");
	scratch_run(&scratch, "[ \"$(stat -c %u:%g out/file)\" = 4294967294:4294967294 ]");
}

static void names_stay_below_the_root(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree out outside; mkdir -p tree out outside/etc; echo x >tree/file\n"
		"tar -C tree --transform 's,file,../outside/up,' -P -cf up file\n"
		"tar -C tree --transform 's,file,a/../../b,' -P -cf inner file\n"
		"tar -C tree --transform \"s,file,$PWD/absolute,\" -P -cf abs file\n"
		"ln -s \"$PWD/outside\" tree/link; tar -C tree -cf link link\n"
		"rm tree/link; mkdir tree/link; echo bad >tree/link/file; tar -C tree -rf link link/file\n"
		"mkdir out/tmp");
	expect_refused("up", "out", ERR_ARCHIVE_ENTRY, "../outside/up");
	expect_refused("inner", "out", ERR_ARCHIVE_ENTRY, "a/../../b");
	expect_extracted("abs", "out");
	scratch_run(&scratch, "test ! -e absolute; find out -name absolute | grep -q .");
	/* The link leads into the new root, where there is nothing of that name: an error, and nothing outside. */
	expect_refused("link", "out", ERR_ARCHIVE_ENTRY, "link/file");
	scratch_run(&scratch, "test -z \"$(find outside -type f)\"");
}

/* A fifo or device, and a second name of it that has contents: they must not go where it leads. */
static void contents_of_a_device_are_refused(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -rf out; mkdir out\n"
		"entry() { printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X' $1 $2 0 0 $3 0 $4 1 1 1 3 $5 0; }\n"
		"device() { entry 5 $(($1)) 2 0 2; printf 'p\\0'; entry 5 $((0100600)) 2 4 2\n"
		"printf 'q\\0evil'; entry 0 0 1 0 11; printf 'TRAILER!!!\\0\\0\\0\\0'; }\n"
		"device 020600 >null; device 010600 >fifo");
	expect_refused("null", "out", ERR_ARCHIVE_ENTRY, "q");
	expect_refused("fifo", "out", ERR_ARCHIVE_ENTRY, "q");
}

static void bad_archives_are_told_apart(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree out; mkdir -p tree/d out; seq 50000 >tree/d/file; seq 10 >tree/d/other\n"
		"tar -C tree -b1 --sort=name -cf t .\n"
		"head -c 700 t >in-header; head -c 100000 t >in-data; head -c -1024 t >no-end\n"
		"head -c 4000 /dev/urandom >noise; : >empty\n"
		"(cd tree; find . | cpio --quiet -o -H newc) >c; head -c -700 c >cpio-cut\n"
		"tar -C tree --format=gnu -cf link d/file; cp link nolink; ln tree/d/file tree/d/g\n"
		"tar -C tree -cf l d/file d/g; tar --delete -f l d/file\n"
		"mkdir -p out2/d/file/full out2/d/file/full");
	expect_refused("in-header", "out", ERR_ARCHIVE_TRUNCATED, NULL);
	expect_refused("in-data", "out", ERR_ARCHIVE_TRUNCATED, NULL);
	expect_refused("no-end", "out", ERR_ARCHIVE_TRUNCATED, NULL);
	expect_refused("cpio-cut", "out", ERR_ARCHIVE_TRUNCATED, NULL);
	expect_refused("noise", "out", ERR_ARCHIVE_FORMAT, NULL);
	expect_refused("empty", "out", ERR_ARCHIVE_TRUNCATED, NULL);
	scratch_run(&scratch, "rm -rf out; mkdir out");
	expect_refused("l", "out", ERR_ARCHIVE_ENTRY, "d/g");
	/* A directory that is not empty is never removed for a file. */
	expect_refused("t", "out2", ERR_ARCHIVE_ENTRY, "./d/file");
}

/* Cut at every block behind the first header, and inside blocks: no beginning of an archive is taken for the whole. */
static void no_beginning_is_taken_for_the_whole(void **state)
{
	static const struct {
		const char *pack;
		off_t end; /* of what may not be missing: a tar is whole with one block of its end */
	} rows[] = {
		{"tar -C tree -b1 --format=gnu --sparse --sort=name -cf t .", 512},
		{"tar -C tree -b1 --format=pax --sparse --sort=name -cf t .", 512},
		{"tar -C tree -b1 --format=ustar --exclude 'n*' --sort=name -cf t .", 512},
		{"cd tree; find . | cpio --quiet -o -H newc >../t", 512},
		{"cd tree; find . | cpio --quiet -o -H odc >../t", 512},
		{"cd tree; find . | cpio --quiet -o -H bin >../t", 512},
	};

	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree; mkdir -p tree/d; (seq 60; head -c 1500 /dev/zero) >tree/d/zeros\n"
		"cp tree/d/zeros tree/tail; ln tree/tail tree/tail2; ln -s d tree/link; : >tree/nothing\n"
		"n=$(printf 'n%.0s' $(seq 200)); seq 3 >tree/$n; truncate -s 9000 tree/sparse");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		off_t size;
		int fd;

		scratch_run(&scratch, rows[i].pack);
		scratch_run(&scratch, "rm -rf out; mkdir out");
		expect_extracted("t", "out");
		fd = scratch_open(&scratch, "t", O_RDWR);
		size = lseek(fd, 0, SEEK_END);
		for (off_t cut = (size - rows[i].end - 1) / 256 * 256; cut >= 512; cut -= 256) {
			assert_int_equal(ftruncate(fd, cut), 0);
			expect_refused("t", "out", ERR_ARCHIVE_TRUNCATED, NULL);
		}
		close(fd);
	}
}

/* Behind its end, an archive has zeros alone; what else is there would be lost without a word. */
static void what_follows_the_end_is_refused(void **state)
{
	static const char *const rows[] = {
		"cat a.tar b.tar >t",
		"(cat a.tar; head -c 2M /dev/zero; cat b.tar) >t",
		"(cat a.tar; echo junk) >t",
		"cat a.tar b.cpio >t",
		"cat a.cpio b.cpio >t",
		"cat a.cpio b.tar >t",
		"(cat a.cpio; echo junk) >t",
		/* A hole of a bad copy: its zeros look like the end of a tar. */
		"cp a.tar t; dd if=/dev/zero of=t bs=512 seek=3 count=2 conv=notrunc status=none",
	};

	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree; mkdir -p tree/a tree/b; seq 99 >tree/a/f; seq 99 >tree/a/g; seq 99 >tree/a/h\n"
		"seq 99 >tree/b/f; for i in a b; do tar -C tree --sort=name -cf $i.tar $i\n"
		"(cd tree; find $i | cpio --quiet -o -H newc) >$i.cpio; done");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		scratch_run(&scratch, "rm -rf out; mkdir out");
		scratch_run(&scratch, rows[i]);
		print_message("%s\n", rows[i]);
		expect_refused("t", "out", ERR_ARCHIVE_FORMAT, NULL);
	}
	scratch_run(&scratch, "(cat a.tar; head -c 3M /dev/zero) >t");
	expect_extracted("t", "out");
	scratch_run(&scratch, "(cat a.cpio; head -c 3M /dev/zero) >t");
	expect_extracted("t", "out");
}

/* A file that was made to its full size and never filled; tar itself refuses to make an empty archive. */
static void an_archive_without_entries_is_refused(void **state)
{
	static const char *const rows[] = {
		"head -c 1M /dev/zero >t",
		"tar -cf t -T /dev/null",
		"cpio --quiet -o -H newc </dev/null >t",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		scratch_run(&scratch, "rm -rf out; mkdir out");
		scratch_run(&scratch, rows[i]);
		expect_refused("t", "out", ERR_ARCHIVE_TRUNCATED, NULL);
	}
}

static void a_full_disk_is_told(void **state)
{
	(void)state;
	scratch_run(&scratch,
		    "rm -rf tree out; mkdir -p tree out; head -c 4M /dev/zero >tree/file\n"
		    "tar -C tree -cf t .; mount -t tmpfs -o size=1m tmpfs out");
	expect_refused("t", "out", ERR_ARCHIVE_SPACE, "./file");
	scratch_run(&scratch, "umount out");
}

/* As a NAS with NFSv4 ACLs, btrfs and a Mac give them; the others are there. */
static void attributes_without_a_place_are_left_out(void **state)
{
	struct result result;

	(void)state;
	scratch_run(
		&scratch,
		"rm -rf out; mkdir out; truncate -s 16M fs; /sbin/mke2fs -q -t ext4 fs; mount -o loop fs out\n"
		"/usr/bin/python3 -c 'import tarfile\n"
		"t = tarfile.open(\"t\", \"w\", format=tarfile.PAX_FORMAT)\n"
		"def add(name, kind, **headers):\n"
		"    i = tarfile.TarInfo(name); i.type = kind; i.linkname = \"x\"\n"
		"    i.pax_headers = {\"SCHILY.\" + k.replace(\"__\", \".\"): v for k, v in headers.items()}\n"
		"    t.addfile(i)\n"
		"add(\"plain\", tarfile.REGTYPE)\n"
		"add(\"file\", tarfile.REGTYPE, xattr__system__nfs4_acl=\"x\", xattr__user__kept=\"yes\",\n"
		"    xattr__com__apple__quarantine=\"q\")\n"
		"add(\"dir\", tarfile.DIRTYPE, xattr__btrfs__compression=\"zlib\", xattr__system__posix_acl_accessx=\"y\")\n"
		"add(\"link\", tarfile.SYMTYPE, xattr__system__richacl=\"x\", xattr__trusted__kept=\"yes\")\n"
		"add(\"ace\", tarfile.REGTYPE, acl__ace=\"owner@:rwxpaARWcCos::allow\")\n"
		"t.close()'");
	result = extract("t", "out");
	print_message("%s: %s\n", result.err.where, result.err.msg);
	scratch_run(
		&scratch,
		"getfattr -h -d -m - out/file out/link; getfattr -d -m - out/file | grep user.kept\n"
		"getfattr -h -d -m - out/link | grep trusted.kept; umount out");
	assert_int_equal(result.status, 0);
	assert_int_equal(result.totals.left_out, 6);
	assert_string_equal(result.totals.left_out_of, "file");
	assert_non_null(strchr(result.totals.left_out_name, '.'));
}

/* "No space left on device" is what the kernel says of both; neither is about space. */
static void what_ext_has_no_room_for_is_told(void **state)
{
	static const struct {
		const char *make, *message;
		enum err_code code;
	} rows[] = {
		{"/usr/bin/python3 -c 'import tarfile\n"
		 "t = tarfile.open(\"t\", \"w\", format=tarfile.PAX_FORMAT); i = tarfile.TarInfo(\"big\")\n"
		 "i.pax_headers = {\"SCHILY.xattr.user.big\": \"x\" * 5000}; t.addfile(i); t.close()'",
		 "'user.big' of 5000 bytes does not fit", ERR_ARCHIVE_ENTRY},
		{"mkdir tree; for i in $(seq 99); do : >tree/$i; done; tar -C tree -cf t .",
		 "all its 16 inodes are taken", ERR_ARCHIVE_SPACE},
		{"for i in $(seq 99); do mkdir tree/d$i; done; rm -f tree/[0-9]*; tar -C tree -cf t .",
		 "all its 16 inodes are taken", ERR_ARCHIVE_SPACE},
		{"for i in $(seq 99); do ln -s x tree/l$i; done; rm -rf tree/d*; tar -C tree -cf t .",
		 "all its 16 inodes are taken", ERR_ARCHIVE_SPACE},
		{"rm -rf tree; mkdir tree; head -c 32M /dev/zero >tree/large; tar -C tree -cf t .",
		 "No space left on device", ERR_ARCHIVE_SPACE},
	};

	(void)state;
	scratch_run(&scratch, "rm -rf tree");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct result result;

		scratch_run(&scratch, "rm -rf out fs; mkdir out; truncate -s 16M fs\n"
				      "/sbin/mke2fs -q -t ext4 -N 16 fs; mount -o loop fs out");
		scratch_run(&scratch, rows[i].make);
		result = extract("t", "out");
		scratch_run(&scratch, "umount out");
		print_message("%s: %s\n", result.err.where, result.err.msg);
		assert_int_equal(result.status, -1);
		assert_string_equal(err_name(result.err.code), err_name(rows[i].code));
		assert_non_null(strstr(result.err.msg, rows[i].message));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_beyond_32_bits_are_refused),
		cmocka_unit_test(names_stay_below_the_root),
		cmocka_unit_test(contents_of_a_device_are_refused),
		cmocka_unit_test(bad_archives_are_told_apart),
		cmocka_unit_test(no_beginning_is_taken_for_the_whole),
		cmocka_unit_test(what_follows_the_end_is_refused),
		cmocka_unit_test(an_archive_without_entries_is_refused),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(attributes_without_a_place_are_left_out),
		cmocka_unit_test(what_ext_has_no_room_for_is_told),
	};

	return RUN_AS_ROOT(tests);
}
