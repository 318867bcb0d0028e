/* The boot life, as far as it goes without being PID 1: command line, configuration, device nodes, the root. */
#include "boot/line.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/config.h"
#include "boot/nodes.h"
#include "boot/root.h"
#include "boot/usr.h"
#include "tests/unit/scratch.h"

static struct scratch scratch;
static struct arena arena;

static void command_lines_are_understood(void **state)
{
	struct boot_line line;

	(void)state;
	assert_int_equal(
		boot_line_parse(&line,
				"BOOT_IMAGE=/vmlinuz root=/dev/sda1 root=/dev/local/root rw ro "
				"rootfstype=xfs rootflags=noatime,logbsize=256k init=/bin/bash "
				"rootdelay=15 rootwait quiet newroot.shell panic=30 single\n",
				&arena, NULL),
		0);
	assert_string_equal(line.root, "/dev/local/root");
	assert_string_equal(line.type, "xfs");
	assert_string_equal(line.options, "noatime,logbsize=256k");
	assert_string_equal(line.init, "/bin/bash");
	assert_false(line.writable);
	assert_true(line.quiet && line.wait && line.shell);
	assert_int_equal(line.delay_s, 15);
	assert_int_equal(line.panic_s, 30);

	assert_int_equal(boot_line_parse(&line, "root=\"LABEL=my root\" rw panic=-1 rootfoo=1",
					 &arena, NULL),
			 0);
	assert_string_equal(line.root, "LABEL=my root");
	assert_true(line.writable);
	assert_null(line.type);
	assert_int_equal(line.panic_s, 0);

	assert_int_equal(boot_line_parse(&line, "", &arena, NULL), 0);
	assert_null(line.root);
	assert_false(line.writable || line.quiet || line.wait || line.shell);
}

static void a_mistake_does_not_cost_the_rest(void **state)
{
	static const char *const bad[] = {"rootdelay=soon", "rootdelay=", "rootdelay=-1",
					  "rootdelay=99999999999999999999", "rootdelay=5s"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = ERR_INIT;
		struct boot_line line;
		char text[256];

		snprintf(text, sizeof(text), "ro %s root=/dev/a", bad[i]);
		assert_int_equal(boot_line_parse(&line, text, &arena, &err), -1);
		assert_int_equal(err.code, ERR_BOOT);
		assert_string_equal(err.where, bad[i]);
		assert_string_equal(line.root, "/dev/a");
	}
}

static void parameters_reach_their_module(void **state)
{
	struct boot_line line;

	(void)state;
	boot_line_parse(&line, "vmw-pvscsi.ring=8 nvme.x=1 vmw_pvscsi.debug nvme_core.y=2 root=/x",
			&arena, NULL);
	assert_string_equal(boot_line_module_options(&line, "vmw_pvscsi", &arena), "ring=8 debug");
	assert_string_equal(boot_line_module_options(&line, "nvme", &arena), "x=1");
	assert_string_equal(boot_line_module_options(&line, "nvme_core", &arena), "y=2");
	assert_string_equal(boot_line_module_options(&line, "xfs", &arena), "");
}

static void mount_flags_are_told_from_options(void **state)
{
	static const struct {
		const char *options;
		unsigned long before, after;
		const char *rest;
	} rows[] = {
		{NULL, MS_RDONLY, MS_RDONLY, ""},
		{"noatime,logbsize=256k,nodev", 0, MS_NOATIME | MS_NODEV, "logbsize=256k"},
		{"rw", MS_RDONLY, 0, ""},
		{"defaults,ro,inode64,swalloc", 0, MS_RDONLY, "inode64,swalloc"},
		{",,", 0, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned long flags = rows[i].before;

		assert_string_equal(boot_line_mount_options(rows[i].options, &flags, &arena),
				    rows[i].rest);
		assert_int_equal(flags, rows[i].after);
	}
}

static void configurations_are_read(void **state)
{
	struct boot_config config;

	(void)state;
	boot_config_parse(
		&config,
		arena_strdup(
			&arena,
			"vg local\nvg-uuid a-b\nsnapshots 2\nmodule /modules/a.ko\n\nfuture x y\n"
			"module /modules/b.ko\nmodule\nnic 52:54:00:00:00:01 eth1\nnic 52:54:00:00:00:02\n"),
		&arena);
	assert_string_equal(config.vg, "local");
	assert_string_equal(config.vg_uuid, "a-b");
	assert_true(config.snapshots);
	assert_int_equal(config.modules.count, 2);
	assert_string_equal(config.modules.item[1], "/modules/b.ko");
	assert_int_equal(config.nic_count, 1);
	assert_string_equal(config.nics[0].mac, "52:54:00:00:00:01");
	assert_string_equal(config.nics[0].name, "eth1");
	boot_config_parse(&config, arena_strdup(&arena, ""), &arena);
	assert_null(config.vg);
	assert_null(config.vg_uuid);
	assert_false(config.snapshots);
	assert_int_equal(config.modules.count, 0);
}

static void usr_is_found_in_fstab(void **state)
{
	static const struct {
		const char *text, *device, *type, *options;
	} rows[] = {
		{"# /dev/a /usr xfs\n/dev/local/root / xfs ro 0 0\nUUID=1 \t/usr  ext4   noatime,ro 0 2\n",
		 "UUID=1", "ext4", "noatime,ro"},
		{"/dev/local/usr /usr xfs", "/dev/local/usr", "xfs", "defaults"},
		{"LABEL=a\\040b /usr/ xfs ro 0 0\n", "LABEL=a b", "xfs", "ro"},
		{"/dev/a /usr/local xfs defaults 0 0\n", NULL, NULL, NULL},
		{"server:/usr /usr nfs ro 0 0\n", NULL, NULL, NULL},
		{"/x /usr none bind 0 0\n", NULL, NULL, NULL},
		{"/dev/a /usr", NULL, NULL, NULL},
		{"", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct boot_usr usr;

		assert_int_equal(boot_usr_parse(&usr, rows[i].text, &arena),
				 rows[i].device != NULL);
		if (!rows[i].device)
			continue;
		assert_string_equal(usr.device, rows[i].device);
		assert_string_equal(usr.type, rows[i].type);
		assert_string_equal(usr.options, rows[i].options);
	}
}

static void check_node(const char *name, unsigned major_number, unsigned minor_number)
{
	char path[PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/dev/%s", scratch.path, name);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISBLK(st.st_mode));
	assert_int_equal(st.st_rdev, makedev(major_number, minor_number));
}

/* As 2.6.18 needs: no devtmpfs, /sys/block with a folder for each partition. */
static void nodes_are_made_from_sysfs(void **state)
{
	char sys[PATH_MAX + 8], dev[PATH_MAX + 8];
	struct err err = ERR_INIT;
	const char **paths;
	size_t count;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		return;
	}
	scratch_run(
		&scratch,
		"d() { mkdir -p sys/block/$1; echo $2 >sys/block/$1/dev; }; mkdir dev\n"
		"d sda 8:0; d sda/sda1 8:1; mkdir sys/block/sda/queue sys/block/sda/sdax\n"
		"d nvme0n1 259:0; d nvme0n1/nvme0n1p2 259:2; d 'cciss!c0d0' 104:0; d 'cciss!c0d0/cciss!c0d0p1' 104:1\n"
		"d ram0 1:0; d loop0 7:0; d dm-0 253:0; mkdir sys/block/odd; echo junk >sys/block/odd/dev");
	snprintf(sys, sizeof(sys), "%s/sys", scratch.path);
	snprintf(dev, sizeof(dev), "%s/dev", scratch.path);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(boot_nodes_scan(sys, dev, &paths, &count, &arena, &err), 0);
		assert_int_equal(count, 6);
	}
	check_node("sda", 8, 0);
	check_node("sda1", 8, 1);
	check_node("nvme0n1", 259, 0);
	check_node("nvme0n1p2", 259, 2);
	check_node("cciss/c0d0", 104, 0);
	check_node("cciss/c0d0p1", 104, 1);
	scratch_run(&scratch, "test ! -e dev/ram0; test ! -e dev/dm-0; test ! -e dev/odd");
}

static void roots_are_found_by_superblock(void **state)
{
	char first[PATH_MAX + 8], second[PATH_MAX + 8], device[256];
	const char *paths[] = {first, second};

	(void)state;
	scratch_run(
		&scratch,
		"truncate -s 8M one two\n"
		"/sbin/mke2fs -q -t ext3 -L 'boot' -U 11111111-2222-3333-4444-555555555555 one\n"
		"/sbin/mke2fs -q -t ext4 -L 'the root' -U 66666666-2222-3333-4444-555555555555 two");
	snprintf(first, sizeof(first), "%s/one", scratch.path);
	snprintf(second, sizeof(second), "%s/two", scratch.path);
	assert_true(boot_root_find("UUID=66666666-2222-3333-4444-555555555555", paths, 2, device,
				   sizeof(device)));
	assert_string_equal(device, second);
	assert_true(boot_root_find("LABEL=boot", paths, 2, device, sizeof(device)));
	assert_string_equal(device, first);
	assert_false(boot_root_find("LABEL=none", paths, 2, device, sizeof(device)));
	assert_false(boot_root_find("/dev/local/nothing-here", paths, 2, device, sizeof(device)));
	/* A path must be a block device, not just a file. */
	assert_false(boot_root_find(first, paths, 2, device, sizeof(device)));
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
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines_are_understood),
		cmocka_unit_test(a_mistake_does_not_cost_the_rest),
		cmocka_unit_test(parameters_reach_their_module),
		cmocka_unit_test(mount_flags_are_told_from_options),
		cmocka_unit_test(configurations_are_read),
		cmocka_unit_test(usr_is_found_in_fstab),
		cmocka_unit_test(nodes_are_made_from_sysfs),
		cmocka_unit_test(roots_are_found_by_superblock),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
