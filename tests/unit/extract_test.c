/* Unpacking: what GNU tar and cpio packed comes out as it was. */
#include "tests/unit/extract_fixture.h"

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

static void file_packed_twice_stays(void **state)
{
	(void)state;
	scratch_run(&scratch,
		    "rm -rf tree out; mkdir tree out; echo one >tree/a; ln tree/a tree/b\n"
		    "tar -C tree -cf t a b a");
	expect_extracted("t", "out");
	scratch_run(&scratch, "grep -q one out/a; test $(stat -c %h out/b) = 2");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_survives),
		cmocka_unit_test(older_formats_survive),
		cmocka_unit_test(acls_by_name_get_numbers),
		cmocka_unit_test(existing_things_are_respected),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(file_packed_twice_stays),
		cmocka_unit_test(contents_with_a_link_are_all_of_the_file),
		cmocka_unit_test(totals_are_counted),
	};

	return RUN_AS_ROOT(tests);
}
