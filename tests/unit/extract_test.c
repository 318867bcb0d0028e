/*
 * Unpacking: what GNU tar and cpio packed comes out as it was; what must not be unpacked is refused. Needs root,
 * as unpacking does: without it the tests are skipped.
 */
#include "archive/extract.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

static struct scratch scratch;

/* What GNU tar may say of a tree, and find and getfattr, for a comparison of two. */
#define DESCRIBE                                                                                   \
	"describe() { (cd $1; find . -printf '%p %y %m %U %G %T@ %l' \\( -type d -printf '\\n' "   \
	"-o "                                                                                      \
	"-printf ' %s %n\\n' \\) | sort\n"                                                         \
	"find . -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex --absolute-names "         \
	"2>/dev/null\n"                                                                            \
	"find . \\( -type c -o -type b \\) -exec stat -c '%n %t:%T' {} + | sort\n"                 \
	"find . -type f -print0 | sort -z | xargs -0 sha256sum); }\n"

struct result {
	int status;
	struct err err;
	struct extract_totals totals;
};

/* In a child, whose root the destination becomes, as in the agent. */
static void child(const char *archive, const char *root, int report)
{
	struct extract_options options = {.accounts_fd = -1};
	struct result result = {.err = ERR_INIT};
	int in = scratch_open(&scratch, archive, O_RDONLY), root_fd;

	if (chdir(scratch.path) || chroot(root) || chdir("/"))
		_exit(1);
	root_fd = open("/", O_RDONLY | O_DIRECTORY);
	options.accounts_fd = root_fd;
	result.status = extract_stream(in, root_fd, &options, &result.totals, &result.err);
	_exit(write(report, &result, sizeof(result)) != sizeof(result));
}

static struct result extract(const char *archive, const char *root)
{
	struct result result;
	int report[2], status;
	pid_t pid;

	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (pid == 0)
		child(archive, root, report[1]);
	close(report[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(read(report[0], &result, sizeof(result)), sizeof(result));
	close(report[0]);
	return result;
}

static void expect_extracted(const char *archive, const char *root)
{
	struct result result = extract(archive, root);

	if (result.status)
		print_message("%s: %s: %s: %s\n", archive, err_name(result.err.code),
			      result.err.where, result.err.msg);
	assert_int_equal(result.status, 0);
}

static void expect_refused(const char *archive, const char *root, enum err_code code,
			   const char *where)
{
	struct result result = extract(archive, root);

	print_message("%s: %s: %s: %s\n", archive, err_name(result.err.code), result.err.where,
		      result.err.msg);
	assert_int_equal(result.status, -1);
	assert_string_equal(err_name(result.err.code), err_name(code));
	if (where)
		assert_string_equal(result.err.where, where);
}

static const char make_tree[] =
	"rm -rf tree; mkdir -p tree/dir/deep tree/shared tree/empty; cd tree\n"
	"echo one >a; ln a b; ln a dir/c; ln -s ../a dir/link; ln -s /absent dangling\n"
	"seq 100000 >dir/large; : >nothing; printf head >sparse; truncate -s 40M sparse\n"
	"printf x | dd of=sparse bs=1 seek=20000000 conv=notrunc status=none; truncate -s 3M hole\n"
	"mkfifo -m 620 fifo; mknod -m 660 char c 5 1; mknod -m 600 block b 8 17\n"
	"n=$(printf 'n%.0s' $(seq 200)); mkdir -p $n/$n/$n; echo deep >\"$n/$n/$n/a b\"\n"
	"printf latin >\"$(printf 'caf\\351')\"; printf utf >caf\303\251\n"
	"cp /bin/true cap; chown 65534:65533 cap; chmod 2711 cap\n"
	"cp /bin/true suid; chmod 6755 suid; chmod 1777 dir; chmod 700 dir/deep; chmod 2770 shared\n"
	"chown -h 12345:54321 dangling char shared; chown -R 33:44 dir/deep\n"
	"touch -d '2001-02-03 04:05:06.789012345 UTC' a dir/large dir dir/deep empty\n"
	"touch -h -d '1999-01-02 03:04:05 UTC' dangling; touch -d '1969-06-07 UTC' nothing\n";
static const char add_attributes[] =
	"cd tree; setfattr -n user.a -v value a; setfattr -n user.bin -v 0x00ff0a3d dir\n"
	"setfattr -n trusted.t -v x dangling -h; setcap cap_net_raw+ep cap\n"
	"setfacl -m u:7:rw,g:8:r,m::rw a; setfacl -m u:7:rwx,d:u:7:rx,d:g:8:rwx dir\n"
	"setfacl -m d:u:9:r shared; echo own >shared/plain; setfacl -b shared/plain; chmod 604 shared/plain\n"
	"chgrp 0 shared/plain; mkdir shared/sub; setfacl -b shared/sub; chmod 750 shared/sub\n"
	"touch -d '2001-02-03 04:05:06 UTC' a dir shared shared/plain shared/sub\n";

static void compare(void)
{
	scratch_run(&scratch, DESCRIBE "describe tree >want; describe out >have; diff want have\n"
				       "test $(du -s out/sparse | cut -f1) -lt 1000\n"
				       "test $(du -s out/hole | cut -f1) -lt 100");
}

static void everything_survives(void **state)
{
	static const char *const packers[] = {
		"tar -C tree --format=pax --sparse --xattrs --xattrs-include='*' --acls --numeric-owner -cf t .",
		"tar -C tree --format=pax --sparse --sparse-version=0.0 --xattrs --xattrs-include='*' --acls -cf t .",
		"tar -C tree --format=pax --sparse --sparse-version=0.1 --xattrs --xattrs-include='*' --acls -cf t .",
		/* Without --sort, and with directories after what is in them. */
		"(cd tree; find . -depth -print0) | tar -C tree --null --no-recursion -T - --format=pax --sparse --xattrs --xattrs-include='*' --acls -cf t",
	};

	(void)state;
	scratch_run(&scratch, make_tree);
	scratch_run(&scratch, add_attributes);
	for (size_t i = 0; i < sizeof(packers) / sizeof(*packers); i++) {
		print_message("%s\n", packers[i]);
		scratch_run(&scratch, "rm -rf out; mkdir out");
		scratch_run(&scratch, packers[i]);
		expect_extracted("t", "out");
		compare();
		/* Again, over what is there. */
		expect_extracted("t", "out");
		compare();
	}
}

/* These formats have whole seconds and no xattrs; ustar has no holes and no names beyond 255 bytes. */
static void older_formats_survive(void **state)
{
	static const char *const packers[] = {
		"tar -C tree --format=gnu --sparse -cf t .",
		"tar -C tree --format=oldgnu --sparse -cf t .",
		"rm -rf tree/n*n; touch -d 2001-01-01 tree; tar -C tree --format=ustar -cf t .",
		"(cd tree; find . | cpio --quiet -o -H newc) >t",
		"(cd tree; find . -depth | cpio --quiet -o -H crc) >t",
		"(cd tree; find . | cpio --quiet -o -H odc) >t",
	};

	(void)state;
	scratch_run(&scratch, make_tree);
	scratch_run(&scratch, "rm -f tree/sparse tree/hole tree/nothing tree/caf*\n"
			      "find tree -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +");
	for (size_t i = 0; i < sizeof(packers) / sizeof(*packers); i++) {
		print_message("%s\n", packers[i]);
		scratch_run(&scratch, "rm -rf out; mkdir out");
		scratch_run(&scratch, packers[i]);
		expect_extracted("t", "out");
		scratch_run(&scratch,
			    DESCRIBE "describe tree >want; describe out >have; diff want have");
	}
}

static void acls_by_name_get_numbers(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree out; mkdir -p tree/bin tree/etc out; echo x >tree/bin/file\n"
		"echo 'daemon:x:77:77::/:/bin/sh' >tree/etc/passwd; echo 'bin:x:78:' >tree/etc/group\n"
		"setfacl -m u:daemon:rw,g:bin:r tree/bin/file; setfacl -m d:u:daemon:rwx tree/bin\n"
		"mknod tree/bin/none c 250 250; setfacl -m u:daemon:rw tree/bin/none\n"
		"tar -C tree --acls --sort=name -cf t .");
	expect_extracted("t", "out");
	scratch_run(&scratch, "getfacl -n out/bin/file | grep -q '^user:77:rw-'\n"
			      "getfacl -n out/bin/file | grep -q '^group:78:r--'\n"
			      "getfacl -n out/bin/none | grep -q '^user:77:rw-'\n"
			      "getfacl -n out/bin | grep -q '^default:user:77:rwx'");
	scratch_run(&scratch, "rm -rf out; mkdir out; rm -rf tree/etc; tar -C tree --acls -cf t .");
	expect_refused("t", "out", ERR_ARCHIVE_ENTRY, NULL);
}

/* What lies in the new system before: mount points, links of a merged /usr, old files. */
static void existing_things_are_respected(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree out; mkdir -p tree/lib/modules out/usr/lib out/data\n"
		"echo new >tree/lib/modules/m.ko; echo new >tree/file; echo new >tree/wasdir\n"
		"ln -s target tree/link; touch -d 2001-01-01 tree/lib; tar -C tree -cf t lib file wasdir link\n"
		"ln -s usr/lib out/lib; echo old >out/elsewhere; ln -s elsewhere out/file\n"
		"mkdir out/wasdir; echo old >out/link; touch -d 2005-05-05 out out/usr/lib");
	expect_extracted("t", "out");
	scratch_run(
		&scratch,
		"test -L out/lib; grep -q new out/usr/lib/modules/m.ko; grep -q old out/elsewhere\n"
		"test ! -L out/file; grep -q new out/file; grep -q new out/wasdir\n"
		"test $(readlink out/link) = target\n"
		"test $(stat -c %Y out) = $(date -d 2005-05-05 +%s)\n"
		"test $(stat -c %Y out/usr/lib) = $(date -d 2005-05-05 +%s)");
}

/* Directories that give their files a group or an ACL must not do so here. */
static void nothing_is_inherited(void **state)
{
	(void)state;
	scratch_run(
		&scratch,
		"rm -rf tree out; mkdir -p tree/d/sub out/d; echo x >tree/d/f; mkfifo tree/d/p\n"
		"ln -s x tree/d/l; chmod 640 tree/d/f; chmod 751 tree/d/sub; chmod 600 tree/d/p\n"
		"tar -C tree --format=pax -cf t d/f d/p d/l d/sub\n"
		"chgrp 99 out/d; chmod 2775 out/d; setfacl -m d:u:5:rwx out/d");
	expect_extracted("t", "out");
	scratch_run(
		&scratch, DESCRIBE
		"rm -rf out2; cp -a tree out2\n"
		"(cd tree/d && describe . | grep -v '^\\. ') >want\n"
		"(cd out/d && describe . | grep -v '^\\. ' | sed '/^# file: \\.$/,/^$/d') >have\n"
		"diff want have");
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

static void file_packed_twice_stays(void **state)
{
	(void)state;
	scratch_run(&scratch,
		    "rm -rf tree out; mkdir tree out; echo one >tree/a; ln tree/a tree/b\n"
		    "tar -C tree -cf t a b a");
	expect_extracted("t", "out");
	scratch_run(&scratch, "grep -q one out/a; test $(stat -c %h out/b) = 2");
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

static void totals_are_counted(void **state)
{
	struct result result;

	(void)state;
	scratch_run(&scratch,
		    "rm -rf tree out; mkdir -p tree out; printf 12345 >tree/a; ln tree/a tree/b\n"
		    "tar -C tree -cf t .");
	result = extract("t", "out");
	assert_int_equal(result.status, 0);
	assert_int_equal(result.totals.entries, 3);
	assert_int_equal(result.totals.bytes, 5);
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

/* The contents with a later name are all that the file has: pax may repeat them, cpio has them with the last name. */
static void contents_with_a_link_are_all_of_the_file(void **state)
{
	static const char *const rows[] = {
		"/usr/bin/python3 -c 'import io, tarfile\n"
		"t = tarfile.open(\"t\", \"w\", format=tarfile.PAX_FORMAT)\n"
		"for name, text in ((\"a\", b\"a long text, whose end must go\"), (\"b\", b\"short\")):\n"
		"    i = tarfile.TarInfo(name); i.size = len(text); i.pax_headers = {\"comment\": \"x\"}\n"
		"    if name == \"b\": i.type = tarfile.LNKTYPE; i.linkname = \"a\"\n"
		"    t.addfile(i, io.BytesIO(text))\n"
		"t.close()'",
		"entry() { printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X' $1 $2 0 0 $3 0 $4 1 1 0 0 $5 0; }\n"
		"(entry 5 $((0100644)) 2 12 2; printf 'a\\0a long text,'; entry 5 $((0100644)) 2 5 2\n"
		"printf 'b\\0short\\0\\0\\0'; entry 0 0 1 0 11; printf 'TRAILER!!!\\0\\0\\0\\0') >t",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		scratch_run(&scratch, "rm -rf out; mkdir out");
		scratch_run(&scratch, rows[i]);
		expect_extracted("t", "out");
		scratch_run(&scratch, "[ \"$(cat out/a)\" = short ]; [ out/a -ef out/b ]");
	}
}

static int setup(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_beyond_32_bits_are_refused),
		cmocka_unit_test(everything_survives),
		cmocka_unit_test(older_formats_survive),
		cmocka_unit_test(acls_by_name_get_numbers),
		cmocka_unit_test(existing_things_are_respected),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(names_stay_below_the_root),
		cmocka_unit_test(contents_of_a_device_are_refused),
		cmocka_unit_test(file_packed_twice_stays),
		cmocka_unit_test(bad_archives_are_told_apart),
		cmocka_unit_test(no_beginning_is_taken_for_the_whole),
		cmocka_unit_test(what_follows_the_end_is_refused),
		cmocka_unit_test(an_archive_without_entries_is_refused),
		cmocka_unit_test(contents_with_a_link_are_all_of_the_file),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(attributes_without_a_place_are_left_out),
		cmocka_unit_test(what_ext_has_no_room_for_is_told),
		cmocka_unit_test(totals_are_counted),
	};

	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
