/* Files of systems for other machines, as they come out of an archive. */
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

#include "facts/foreign.h"
#include "tests/unit/scratch.h"

static struct scratch scratch;
static int root_fd;

/* Heads of ELF files, of bzImages with protocol 2.15, and of an arm64 image. */
#define MAKE                                                                                                                                      \
	"mkdir -p sbin bin usr/bin srv boot lib/modules/6.1\n"                                                                                    \
	"elf() { printf \"\\\\177ELF\\\\$2\\\\1\\\\1\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\2\\\\0\\\\$3\\\\0\" >$1; }\n"                \
	"image() { (head -c 514 /dev/zero; printf 'HdrS\\017\\002'; head -c 46 /dev/zero; printf \"\\\\$2\\\\0\"; head -c 99 /dev/zero) >$1; }\n" \
	"elf sbin/init 2 76; elf bin/bash 1 3; elf usr/bin/bash 1 3; elf bin/dash 2 267; elf srv/tool 1 3\n"                                      \
	"ln -s /sbin/init bin/sh; echo '#!/bin/sh' >bin/busybox\n"                                                                                \
	"image boot/vmlinuz-6.1 1; image boot/vmlinuz-6.1-686 0; elf lib/modules/6.1/a.ko 2 76; elf lib/modules/6.1/b.ko 1 3\n"                   \
	"(head -c 56 /dev/zero; printf 'ARM\\144'; head -c 999 /dev/zero) >boot/vmlinuz-6.1-arm64\n"

static int make(void **state)
{
	(void)state;
	scratch_make(&scratch);
	scratch_run(&scratch, MAKE);
	root_fd = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0;
}

static int unmake(void **state)
{
	(void)state;
	close(root_fd);
	scratch_remove(&scratch);
	return 0;
}

static void is_told(const struct err *err, const char *path, const char *machine)
{
	assert_string_equal(err->where, path);
	if (!strstr(err->msg, machine))
		fail_msg("%s: %s", path, err->msg);
}

static void programs_that_a_system_starts_with(void **state)
{
	static const struct {
		const char *path;
		bool own_kernel;
		const char *machine; /* NULL: it may be so */
	} rows[] = {
		{"sbin/init", true, NULL},         {"bin/bash", true, "for i386"},
		{"bin/bash", false, NULL},         {"usr/bin/bash", true, "for i386"},
		{"bin/dash", true, "for aarch64"}, {"bin/dash", false, "for aarch64"},
		{"srv/tool", true, NULL},          {"bin/sh", true, NULL},
		{"bin/busybox", true, NULL},       {"bin/none", true, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		int ret = foreign_root(root_fd, rows[i].path, S_IFREG | 0755, rows[i].own_kernel,
				       &err);

		assert_int_equal(ret, rows[i].machine ? -1 : 0);
		if (ret)
			is_told(&err, rows[i].path, rows[i].machine);
	}
	/* A device of that name is not opened, nor a folder. */
	assert_int_equal(foreign_root(root_fd, "bin/bash", S_IFCHR | 0644, true, NULL), 0);
	assert_int_equal(foreign_root(root_fd, "sbin", S_IFDIR | 0755, true, NULL), 0);
}

static void kernels_and_their_modules(void **state)
{
	static const struct {
		const char *path, *machine;
	} rows[] = {
		{"boot/vmlinuz-6.1", NULL},
		{"boot/vmlinuz-6.1-686", "for i386"},
		{"boot/vmlinuz-6.1-arm64", "for aarch64"},
		{"lib/modules/6.1/a.ko", NULL},
		{"lib/modules/6.1/b.ko", "for i386"},
		{"bin/bash", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		int ret = foreign_kernel(root_fd, rows[i].path, S_IFREG | 0644, &err);

		assert_int_equal(ret, rows[i].machine ? -1 : 0);
		if (!ret)
			continue;
		assert_int_equal(err.code, ERR_KERNEL);
		is_told(&err, rows[i].path, rows[i].machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_that_a_system_starts_with),
		cmocka_unit_test(kernels_and_their_modules),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
