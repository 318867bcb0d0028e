/*
 * What depmod makes: from modules that the compiler makes on the spot, compared with what they say, and asked for
 * by the real modprobe.
 */
#include "archive/depmod.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/modfile.h"
#include "tests/unit/scratch.h"

#define FOLDER "lib/modules/5.5.5"

SCRATCH_FOR_ALL

/* make NAME PATH STRINGS SYMBOLS: an ELF file with these strings, "|" for NUL, in the two sections. */
static const char make_modules[] =
	"make() { printf 'const char i[] __attribute__((section(\".modinfo\"))) = \"%s\";\\n"
	"const char s[] __attribute__((section(\"__ksymtab_strings\"))) = \"%s\";\\n' "
	"\"${3//|/\\\\0}\" \"${4//|/\\\\0}\" >m.c; mkdir -p $(dirname $1/$2); gcc -c m.c -o $1/$2; }\n"
	"rm -rf lib; d=" FOLDER "\n"
	"make $d kernel/a/base-mod.ko 'license=GPL|depends=|alias=net-pf-10' 'base_symbol|other_symbol'\n"
	"make $d kernel/b/mid.ko 'depends=base-mod|alias=pci:v00001AF4d*sv*sd*bc*sc*i*|softdep=pre: crc' ''\n"
	"make $d kernel/c/top.ko 'depends=mid,base-mod|alias=virtio:d2v*|alias=char-major-10-229|alias=devname:fuse' ''\n"
	"make $d kernel/z/twice.ko 'depends=' ''; make $d updates/twice.ko 'depends=base-mod' ''\n"
	"xz --check=crc32 $d/kernel/c/top.ko; gzip $d/kernel/b/mid.ko\n"
	"printf 'kernel/built-in.ko\\nkernel/zed.ko\\n' >$d/modules.builtin; "
	"printf 'built_in.alias=net-pf-17\\0zed.alias=alg-z\\0' >$d/modules.builtin.modinfo\n"
	"printf 'kernel/c/top.ko\\nkernel/a/base-mod.ko\\n' >$d/modules.order; ln -s /nowhere $d/build\n";

static enum err_code depmod(bool absolute, struct err *err)
{
	int fd = scratch_open(&scratch, FOLDER, O_RDONLY | O_DIRECTORY);
	int ret = depmod_make(fd, "5.5.5", absolute, err);

	close(fd);
	assert_int_equal(ret, err->code == ERR_NONE ? 0 : -1);
	return err->code;
}

static void text_files_say_what_modules_say(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	scratch_run(&scratch, make_modules);
	assert_int_equal(depmod(false, &err), ERR_NONE);
	scratch_run(&scratch,
		    "cd " FOLDER "\n"
		    "diff - modules.dep <<E\n"
		    "kernel/a/base-mod.ko:\n"
		    "kernel/b/mid.ko.gz: kernel/a/base-mod.ko\n"
		    "kernel/c/top.ko.xz: kernel/b/mid.ko.gz kernel/a/base-mod.ko\n"
		    "updates/twice.ko: kernel/a/base-mod.ko\nE\n"
		    "grep -qx 'alias pci:v00001AF4d\\*sv\\*sd\\*bc\\*sc\\*i\\* mid' modules.alias\n"
		    "grep -qx 'softdep mid pre: crc' modules.softdep\n"
		    "grep -qx 'top fuse c10:229' modules.devname\n"
		    "grep -qx 'alias symbol:base_symbol base_mod' modules.symbols\n"
		    "grep -qx 'alias symbol:other_symbol base_mod' modules.symbols");
}

static void whole_paths_are_made_on_demand(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	scratch_run(&scratch, make_modules);
	assert_int_equal(depmod(true, &err), ERR_NONE);
	scratch_run(
		&scratch,
		"grep -qx '/lib/modules/5.5.5/kernel/b/mid.ko.gz: /lib/modules/5.5.5/kernel/a/base-mod.ko' " FOLDER
		"/modules.dep");
}

static void modprobe_finds_everything(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	if (access("/sbin/modprobe", X_OK)) {
		print_message("skipped: there is no modprobe here\n");
		return;
	}
	scratch_run(&scratch, make_modules);
	assert_int_equal(depmod(false, &err), ERR_NONE);
	scratch_run(
		&scratch,
		"ask() { test \"$(/sbin/modprobe -d . -S 5.5.5 -R $1 | tr '\\n' ' ')\" = \"$2 \"; }\n"
		"ask pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00 mid\n"
		"ask net-pf-10 base_mod; ask symbol:other_symbol base_mod; ask virtio:d2v1 top\n"
		"ask net-pf-17 built_in\n"
		"/sbin/modprobe -d . -S 5.5.5 --show-depends top | sed 's/.*kernel.//; s/ $//' >got\n"
		"printf 'a/base-mod.ko\\nb/mid.ko.gz\\nc/top.ko.xz\\n' | diff - got\n"
		"/sbin/modprobe -d . -S 5.5.5 --show-depends built-in | grep -q '^builtin built_in'");
}

/* The same names as the real depmod leaves, when it is asked about the same modules. */
static void depmod_agrees(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	if (access("/sbin/depmod", X_OK)) {
		print_message("skipped: there is no depmod here\n");
		return;
	}
	scratch_run(&scratch, make_modules);
	scratch_run(
		&scratch,
		"rm -rf lib/modules/5.5.5/updates theirs\n"
		/* Debian's depmod takes no gzip. */
		"gunzip lib/modules/5.5.5/kernel/b/mid.ko.gz; cp -a lib theirs-lib; mkdir theirs\n"
		"mv theirs-lib theirs/lib; /sbin/depmod -b theirs 5.5.5");
	assert_int_equal(depmod(false, &err), ERR_NONE);
	scratch_run(&scratch,
		    "for f in alias softdep devname; do\n"
		    "diff <(grep -v '^#' theirs/" FOLDER "/modules.$f | tr - _ | sort) \\\n"
		    "     <(grep -v '^#' " FOLDER "/modules.$f | tr - _ | sort); done\n"
		    "cmp theirs/" FOLDER "/modules.builtin.bin " FOLDER "/modules.builtin.bin\n"
		    "cmp theirs/" FOLDER "/modules.builtin.alias.bin " FOLDER
		    "/modules.builtin.alias.bin");
}

static void a_broken_module_is_named(void **state)
{
	static const char *const breakers[] = {
		"head -c 100 /dev/urandom >x.ko",
		"head -c 600 " FOLDER "/kernel/a/base-mod.ko >x.ko",
		": >x.ko",
		"printf 'not xz' >x.ko.xz",
		"mkfifo x.ko",
		"mkfifo x.ko.gz",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(breakers) / sizeof(*breakers); i++) {
		struct err err = ERR_INIT;

		scratch_run(&scratch, make_modules);
		scratch_run(&scratch, "rm -f x.ko*");
		scratch_run(&scratch, breakers[i]);
		scratch_run(&scratch, "mv x.ko* " FOLDER "/kernel/a/");
		assert_int_not_equal(depmod(false, &err), ERR_NONE);
		print_message("%s: %s\n", err.where, err.msg);
		assert_non_null(strstr(err.where, "kernel/a/x.ko"));
	}
}

static void an_empty_folder_gives_empty_files(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	scratch_run(&scratch, "rm -rf lib; mkdir -p " FOLDER);
	assert_int_equal(depmod(false, &err), ERR_NONE);
	scratch_run(&scratch,
		    "test ! -s " FOLDER "/modules.dep; test -s " FOLDER "/modules.dep.bin");
}

static void static_programs_are_told_from_dynamic(void **state)
{
	struct modfile file;
	int fd;

	(void)state;
	scratch_run(
		&scratch,
		"echo 'int main(void){return 0;}' >p.c; gcc p.c -o dyn.ko; gcc -static p.c -o stat.ko");
	fd = scratch_open(&scratch, ".", O_RDONLY | O_DIRECTORY);
	assert_int_equal(modfile_open(&file, fd, "dyn.ko", NULL), 0);
	assert_true(modfile_is_dynamic(file.image, file.size));
	modfile_close(&file);
	assert_int_equal(modfile_open(&file, fd, "stat.ko", NULL), 0);
	assert_false(modfile_is_dynamic(file.image, file.size));
	modfile_close(&file);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_files_say_what_modules_say),
		cmocka_unit_test(whole_paths_are_made_on_demand),
		cmocka_unit_test(modprobe_finds_everything),
		cmocka_unit_test(depmod_agrees),
		cmocka_unit_test(a_broken_module_is_named),
		cmocka_unit_test(an_empty_folder_gives_empty_files),
		cmocka_unit_test(static_programs_are_told_from_dynamic),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
