/* The kernel step's judgement: what a package holds, which kernel is newest, what is a bootable image. */
#include "steps/kernel_package.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "steps/kernel_find.h"
#include "facts/kernel_version.h"
#include "steps/kernel_image.h"
#include "tests/unit/scratch.h"

#define FILE_MODE (S_IFREG | 0644)

static struct scratch scratch;

static void releases_are_recognised(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"2.6.18-164.el5", true},
		{"6.1.0-56-amd64", true},
		{"5.10", true},
		{"0-rescue-1234abc", false},
		{"6", false},
		{"6.x", false},
		{"", false},
		{"6.1.0.old", false},
		{"6.1/x", false},
		{"6.1.0 (copy)", false}, /* GRUB would read two words */
		{"6.1.0\n", false},
		{"6.1.0'", false},
		{"6.18.3+deb13~bpo-amd64", true},
		{"2.6.18-164.el5xen_PAE", true},
		{"virt", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(kernel_is_release(rows[i].text), rows[i].good);
}

/* Paths of a package, "|" between them. */
static int see_all(void *arg, struct err *err)
{
	char copy[1024], *rest = copy, *path;

	(void)err;
	snprintf(copy, sizeof(copy), "%s", (const char *)arg);
	while ((path = strsep(&rest, "|")) && *path)
		kernel_package_seen(NULL, path,
				    path[strlen(path) - 1] == '/' ? S_IFDIR : FILE_MODE);
	return 0;
}

static void packages_are_understood(void **state)
{
	static const struct {
		const char *paths, *release; /* or the error's text */
	} rows[] = {
		{"boot/System.map-5.5.5|boot/vmlinuz-5.5.5|lib/modules/5.5.5/|lib/modules/5.5.5/kernel/a.ko",
		 "5.5.5"},
		{"boot/vmlinuz-2.6.18-164.el5|boot/vmlinuz-2.6.18-164.el5", "2.6.18-164.el5"},
		{"usr/lib/modules/6.1.2/vmlinuz|usr/lib/modules/6.1.2/kernel/a.ko", "6.1.2"},
		{"usr/boot/vmlinuz-6.1.2", "6.1.2"},
		{"boot/vmlinuz-5.5.5|boot/vmlinuz-5.5.6", "two kernels"},
		{"lib/modules/5.5.5/a|lib/modules/5.5.6/a", "two kernels"},
		{"boot/vmlinuz-5.5.5/|etc/passwd|lib/modules/|boot/vmlinuz-rescue",
		 "no kernel package"},
		{"", "no kernel package"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char out[1024], release[KERNEL_RELEASE_MAX];
		const struct child child = {.name = "see",
					    .fn = see_all,
					    .arg = (void *)rows[i].paths,
					    .out = out,
					    .out_size = sizeof(out)};
		struct err err = ERR_INIT;

		assert_int_equal(child_run(&child, NULL, &err), 0);
		if (kernel_package_release(out, "https://x/k.rpm", release, &err) == 0) {
			assert_string_equal(release, rows[i].release);
		} else {
			print_message("%s\n", err.msg);
			assert_int_equal(err.code, ERR_KERNEL);
			assert_string_equal(err.where, "https://x/k.rpm");
			assert_non_null(strstr(err.msg, rows[i].release));
		}
	}
}

/* With the scratch folder as the root directory; prints the release. */
static int newest(void *arg, struct err *err)
{
	struct kernel_choice choice;

	if (kernel_choose(arg, &choice, err))
		return -1;
	printf("%s", choice.release);
	return 0;
}

static int ensure(void *arg, struct err *err)
{
	return kernel_image_ensure(arg, err);
}

static enum err_code in_system(int (*fn)(void *, struct err *), const char *arg, char *out,
			       size_t out_size, struct err *err)
{
	const struct child child = {.name = "test",
				    .fn = fn,
				    .arg = (void *)arg,
				    .root = scratch.path,
				    .out = out,
				    .out_size = out_size};

	child_run(&child, NULL, err);
	return err->code;
}

static int chosen(void *arg, struct err *err)
{
	struct kernel_choice choice;

	if (kernel_choose(arg, &choice, err))
		return -1;
	printf("%s%s%s", choice.release, choice.standard ? " by default, not " : ", not ",
	       choice.others);
	return 0;
}

/* What grubby, GRUB 2 and its users have left of their choice. */
static void the_default_of_the_boot_loader_comes_first(void **state)
{
	static const char legacy[] =
		"# by grubby\\ndefault=1\\ntimeout=5\\ntitle new\\n\\troot (hd0,0)\\n\\tkernel /vmlinuz-2.6.18-9.el5 ro\\ntitle old\\n\\tkernel /vmlinuz-2.6.18-8.el5 ro\\n";
	static const struct {
		const char *path, *text, *out;
	} rows[] = {
		{"boot/grub/grub.conf", legacy, "2.6.18-8.el5 by default, not 2.6.18-9.el5"},
		{"boot/grub/menu.lst", "title a\\nkernel (hd0,0)/boot/vmlinuz-2.6.18-8.el5\\n",
		 "2.6.18-8.el5 by default, not 2.6.18-9.el5"},
		{"boot/grub/menu.lst", "default saved\\ntitle a\\nkernel /vmlinuz-2.6.18-8.el5\\n",
		 "2.6.18-9.el5, not 2.6.18-8.el5"},
		/* The default starts another system, and has no kernel. */
		{"boot/grub/menu.lst",
		 "title a\\nchainloader +1\\ntitle b\\nkernel /vmlinuz-2.6.18-8.el5\\n",
		 "2.6.18-9.el5, not 2.6.18-8.el5"},
		{"boot/grub/menu.lst", "default 7\\ntitle a\\nkernel /vmlinuz-2.6.18-8.el5\\n",
		 "2.6.18-9.el5, not 2.6.18-8.el5"},
		{"boot/grub2/grubenv",
		 "# GRUB Environment Block\\nsaved_entry=CentOS Linux (2.6.18-8.el5) 7 (Core)\\n####",
		 "2.6.18-8.el5 by default, not 2.6.18-9.el5"},
		{"boot/grub/grubenv", "saved_entry=0\\n", "2.6.18-9.el5, not 2.6.18-8.el5"},
		{"boot/grub/grubenv", "saved_entry=abc-old\\n",
		 "2.6.18-8.el5 by default, not 2.6.18-9.el5"},
		{"boot/grub/grubenv", "saved_entry=../../abc-old\\n",
		 "2.6.18-9.el5, not 2.6.18-8.el5"},
	};
	struct err err = ERR_INIT;
	char out[256], script[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		scratch_run(&scratch,
			    "mkdir -p boot/grub boot/grub2 boot/loader/entries; "
			    "touch boot/vmlinuz-2.6.18-8.el5 boot/vmlinuz-2.6.18-9.el5; "
			    "echo 'linux /vmlinuz-2.6.18-8.el5' >boot/loader/entries/abc-old.conf");
		snprintf(script, sizeof(script), "printf '%%b' '%s' >%s", rows[i].text,
			 rows[i].path);
		scratch_run(&scratch, script);
		assert_int_equal(in_system(chosen, NULL, out, sizeof(out), &err), ERR_NONE);
		assert_string_equal(out, rows[i].out);
		scratch_run(&scratch, "rm -rf boot");
	}
}

static void the_newest_kernel_is_found(void **state)
{
	static const struct {
		const char *hint, *release;
	} rows[] = {
		{NULL, "6.10.1"},
		{"kernel-2.6.18-164.el5.x86_64.rpm", "2.6.18-164.el5"},
		{"kernel-9.9.9.rpm", "6.10.1"},
	};
	struct err err = ERR_INIT;
	char out[256];

	(void)state;
	scratch_run(
		&scratch,
		"mkdir boot; cd boot; touch vmlinuz-2.6.18-164.el5 vmlinuz-6.9.12 vmlinuz-6.10.1 vmlinuz-6.11.0.old vmlinuz-0-rescue-12ab vmlinuz config-7.0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(in_system(newest, rows[i].hint, out, sizeof(out), &err), ERR_NONE);
		assert_string_equal(out, rows[i].release);
	}
	scratch_run(&scratch, "rm boot/*");
	assert_int_equal(in_system(newest, NULL, out, sizeof(out), &err), ERR_KERNEL);
}

/* As rpm and dpkg order them, whatever comes last in the folder. */
static void releases_are_ordered_as_packages_are(void **state)
{
	static const char *const rows[][2] = {
		/* older, newer */
		{"2.6.18-8.el5", "2.6.18-8.1.8.el5"},
		{"2.6.18-8.1.8.el5", "2.6.18-164.el5"},
		{"2.6.18-164.el5", "2.6.18-164.15.1.el5"},
		{"2.6.9-89.EL", "2.6.18-8.el5"},
		{"6.1.0-9-amd64", "6.1.0-13-amd64"},
		{"6.1.0~rc7", "6.1.0"},
		{"6.1.0-0.deb11.7-amd64", "6.1.0-0.deb11.13-amd64"},
		{"5.14.0-70.el9.x86_64", "5.14.0-70.13.1.el9_0.x86_64"},
		{"4.18.0-9.el8", "4.18.0-010.el8"},
		{"3.10.0-327", "3.10.0-327.el7"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(kernel_version_compare(rows[i][0], rows[i][1]) < 0);
		assert_true(kernel_version_compare(rows[i][1], rows[i][0]) > 0);
		assert_int_equal(kernel_version_compare(rows[i][0], rows[i][0]), 0);
	}
	assert_int_equal(kernel_version_compare("6.1.0", "6.1.00"), 0);
}

/* Each folder, and the kernel that its system would boot. */
static void plain_kernels_come_before_special_ones(void **state)
{
	static const struct {
		const char *files, *hint, *release;
	} rows[] = {
		{"vmlinuz-2.6.18-8.el5 vmlinuz-2.6.18-8.1.8.el5", NULL, "2.6.18-8.1.8.el5"},
		{"vmlinuz-2.6.18-164.el5 vmlinuz-2.6.18-164.el5xen", NULL, "2.6.18-164.el5"},
		{"vmlinuz-2.6.32-754.el6.x86_64 vmlinuz-2.6.32-754.el6.x86_64.debug", NULL,
		 "2.6.32-754.el6.x86_64"},
		{"vmlinuz-6.1.0-9-amd64 vmlinuz-6.1.0-13-amd64.bak", NULL, "6.1.0-9-amd64"},
		{"vmlinuz-6.1.0 vmlinuz-6.2.0-rc3", NULL, "6.1.0"},
		{"vmlinuz-6.2.0-rc3 vmlinuz-6.2.0-rc11", NULL, "6.2.0-rc11"},
		{"vmlinuz-2.6.18-164.el5 vmlinuz-2.6.18-164.el5xen", "kernel-2.6.18-164.el5xen.rpm",
		 "2.6.18-164.el5xen"},
		{"vmlinuz-2.6.18-1 vmlinuz-2.6.18-164.el5", "kernel-2.6.18-164.el5.rpm",
		 "2.6.18-164.el5"},
		/* Facts of an archive count an image that is beside its modules, too. */
		{"vmlinuz-6.1.0 ../lib/modules/6.2.0/vmlinuz ../lib/modules/6.3.0/build", NULL,
		 "6.2.0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		char out[256], script[512];

		snprintf(
			script, sizeof(script),
			"rm -rf boot lib; mkdir -p boot lib/modules/6.2.0 lib/modules/6.3.0; cd boot; touch %s",
			rows[i].files);
		scratch_run(&scratch, script);
		assert_int_equal(in_system(newest, rows[i].hint, out, sizeof(out), &err), ERR_NONE);
		assert_string_equal(out, rows[i].release);
	}
	scratch_run(&scratch, "rm -rf boot lib");
}

/* A file with the setup header of a bzImage, as far as it is looked at. */
static const char make_image[] =
	"image() { truncate -s 20000 $1; printf HdrS | dd of=$1 bs=1 seek=$((0x202)) conv=notrunc status=none\n"
	"printf '\\000\\020' | dd of=$1 bs=1 seek=$((0x20e)) conv=notrunc status=none\n"
	"printf \"$2 (builder@host)\" | dd of=$1 bs=1 seek=$((0x1200)) conv=notrunc status=none; }\n"
	"flags() { printf '\\017\\002' | dd of=$1 bs=1 seek=$((0x206)) conv=notrunc status=none\n"
	"printf \"\\\\$2\\0\" | dd of=$1 bs=1 seek=$((0x236)) conv=notrunc status=none; }\n"
	"rm -rf boot lib; mkdir -p boot lib/modules/6.1.2\n"
	"image boot/vmlinuz-5.5.11 5.5.11; flags boot/vmlinuz-5.5.11 1; image boot/vmlinuz-5.5.12 5.5.12; flags boot/vmlinuz-5.5.12 0\n"
	"image boot/vmlinuz-5.5.5 5.5.5; image boot/vmlinuz-5.5.6 5.5.5; image lib/modules/6.1.2/vmlinuz 6.1.2\n"
	"head -c 9000 /dev/urandom >boot/vmlinuz-5.5.7; : >boot/vmlinuz-5.5.8; mkfifo boot/vmlinuz-5.5.10\n";

static void images_are_checked(void **state)
{
	static const struct {
		const char *release, *message; /* NULL: good */
	} rows[] = {
		{"5.5.5", NULL},
		{"6.1.2", NULL},
		{"5.5.6", "the image says it is '5.5.5"},
		{"5.5.7", "no x86 Linux kernel image"},
		{"5.5.8", "no x86 Linux kernel image"},
		{"5.5.9", "cannot copy the kernel"},
		{"5.5.10", "no x86 Linux kernel image"},
		{"5.5.11", NULL},
		{"5.5.12", "a kernel for i386"},
	};

	(void)state;
	scratch_run(&scratch, make_image);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		char out[16];

		in_system(ensure, rows[i].release, out, sizeof(out), &err);
		print_message("%s: %s\n", rows[i].release, err.msg);
		assert_int_equal(err.code, rows[i].message ? ERR_KERNEL : ERR_NONE);
		if (rows[i].message)
			assert_non_null(strstr(err.msg, rows[i].message));
	}
	scratch_run(
		&scratch,
		"cmp boot/vmlinuz-6.1.2 lib/modules/6.1.2/vmlinuz; test ! -e boot/vmlinuz-5.5.9");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_recognised),
		cmocka_unit_test(packages_are_understood),
		cmocka_unit_test(the_newest_kernel_is_found),
		cmocka_unit_test(the_default_of_the_boot_loader_comes_first),
		cmocka_unit_test(releases_are_ordered_as_packages_are),
		cmocka_unit_test(plain_kernels_come_before_special_ones),
		cmocka_unit_test(images_are_checked),
	};

	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
