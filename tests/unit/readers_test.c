/* Files of the new system in odd forms that their real readers take, or pass over: {the file, what is made of it}. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/accounts.h"
#include "os/assignments.h"
#include "os/fstab.h"
#include "os/fstab_line.h"
#include "os/hardware_clock.h"
#include "os/inittab.h"
#include "os/selinux.h"
#include "os/systemd_units.h"
#include "os/sysv_links.h"
#include "os/target_write.h"
#include "os/unit_file.h"
#include "os_tree.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A tree with one file, and changes for it. */
struct scene {
	struct tree tree;
	struct changes changes;
};

static char noted[512];

static void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(noted, sizeof(noted), fmt, ap);
	va_end(ap);
}

static void scene_make(struct scene *scene, const char *path, const char *content)
{
	char entry[4096];
	const char *const entries[] = {entry, NULL};

	noted[0] = '\0';
	assert_true(snprintf(entry, sizeof(entry), "%s=%s", path, content) < (int)sizeof(entry));
	tree_make(&scene->tree, entries);
	scene->changes = (struct changes){
		.target = &scene->tree.target, .arena = &scene->tree.arena, .note = note};
}

/* selinux_getenforcemode(3): libselinux, src/selinux_config.c. */
static void selinux_config(void **state)
{
	static const struct {
		const char *config;
		bool on;
	} rows[] = {
		{"SELINUX=enforcing\n", true},
		{"SELINUX=Enforcing\n", true},
		{"SELINUX=PERMISSIVE", true},
		{"SELINUX=enforcing # until the audit\n", true},
		{"SELINUX=enforcing; x\r\n", true},
		{"SELINUX= enforcing\n", true},
		{"SELINUX=disabled\nSELINUX=enforcing\n", false},
		{"SELINUX=Disabled # off\n", false},
		{" SELINUX=disabled\nSELINUX=enforcing\n", true},
		{"SELINUX=off\nSELINUX=disabled\n", false},
		{"# SELINUX=disabled\n", true},
		{"SELINUX=\"disabled\"\n", true},
		{"SELINUXTYPE=targeted\n", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct scene scene;

		scene_make(&scene, "/etc/selinux/config", rows[i].config);
		assert_int_equal(selinux_render(&scene.changes, &err), 0);
		if (scene.changes.count != (size_t)rows[i].on)
			fail_msg("%s", rows[i].config);
		tree_free(&scene.tree);
	}
}

/* getmntent(3), mnt_table_parse_stream() of util-linux. */
static void fstab_lines(void **state)
{
	static const struct {
		const char *text, *spec, *mount, *type, *options; /* NULL: no line */
	} rows[] = {
		{"none /proc proc", "none", "/proc", "proc", ""},
		{"\t none\t/proc  proc\tdefaults 0 0", "none", "/proc", "proc", "defaults"},
		{"tmpfs /tmp/ tmpfs nodev#x", "tmpfs", "/tmp", "tmpfs", "nodev#x"},
		{"sshfs#a@b:/ /mnt fuse ro 0 0", "sshfs#a@b:/", "/mnt", "fuse", "ro"},
		{"/srv/My\\040Disk.img /mnt/a\\011b ext3 loop", "/srv/My Disk.img", "/mnt/a\tb",
		 "ext3", "loop"},
		{"a\\04 b\\9 c\\\\", "a\\04", "b\\9", "c\\\\", ""},
		{"proc / proc", "proc", "/", "proc", ""},
		{"proc /// proc", "proc", "/", "proc", ""},
		{"  # proc /proc proc", NULL, NULL, NULL, NULL},
		{"#", NULL, NULL, NULL, NULL},
		{"", NULL, NULL, NULL, NULL},
		{" \t", NULL, NULL, NULL, NULL},
		{"proc /proc", NULL, NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = {0};
		struct fstab_line line;
		bool parsed = fstab_line_parse(&line, rows[i].text, strlen(rows[i].text), &arena);

		if (parsed != (rows[i].spec != NULL))
			fail_msg("%s", rows[i].text);
		if (parsed) {
			assert_string_equal(line.spec, rows[i].spec);
			assert_string_equal(line.mount, rows[i].mount);
			assert_string_equal(line.type, rows[i].type);
			assert_string_equal(line.options, rows[i].options);
		}
		arena_free(&arena);
	}
}

static void fstab_keeps_what_needs_no_disk(void **state)
{
	static const struct fstab_entry data = {"/dev/local/data", "/data", "xfs", "defaults"};
	static const struct {
		const char *line;
		bool kept;
		const char *note; /* "": none */
	} rows[] = {
		{"none /proc proc", true, ""},
		{"tmpfs /data/ tmpfs defaults", false, ""}, /* over the job's own */
		{"/dev/xvda1 /old ext3 defaults 0 0", false, ""},
		{"UUID=00-11 /old ext3", false, ""},
		{"nfs1:/x /y nfs rw", false, ""},
		{"/swap/full none swap sw 0 0", true, ""},
		{"/swap/full swap swap", true, ""},
		{"/swap/holes none swap sw", false, "swap is left out: /swap/holes has holes"},
		{"/swap/gone none swap sw", false, "swap is left out: /swap/gone is not in"},
		{"/swap/holes /mnt iso9660 ro,loop", true, ""},
		{"/swap /mnt none bind", true, ""},
	};
	struct scene scene;

	(void)state;
	scene_make(&scene, "/swap/full", "content");
	for (size_t i = 0; i < COUNT(rows); i++) {
		static const struct target_attr attr = {.mode = 0644};
		struct err err = ERR_INIT;
		char path[128];

		snprintf(path, sizeof(path), "%s/swap/holes", scene.tree.root);
		assert_int_equal(
			target_write(&scene.tree.target, "/swap/holes", "", 0, &attr, &err), 0);
		assert_int_equal(truncate(path, 1 << 20), 0);
		assert_int_equal(target_write(&scene.tree.target, "/etc/fstab", rows[i].line,
					      strlen(rows[i].line), &attr, &err),
				 0);
		scene.changes.count = 0;
		noted[0] = '\0';
		assert_int_equal(fstab_render(&scene.changes, &data, 1, &err), 0);
		if ((strstr(scene.changes.item[0].data, rows[i].line) != NULL) != rows[i].kept)
			fail_msg("%s", rows[i].line);
		if (*rows[i].note ? !strstr(noted, rows[i].note) : *noted)
			fail_msg("%s: %s", rows[i].line, noted);
	}
	tree_free(&scene.tree);
}

/* get_next_line() and config_parse() of systemd: a value is its last line, or all that continue it. */
static void unit_files(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{"[Install]\nWantedBy=a\n", "Install|WantedBy|a;"},
		{"[Install]\nWantedBy = a\n  Alias=b", "Install|WantedBy|a;Install|Alias|b;"},
		{"[Unit]\r\nAfter=x\r\n[Install]\r\nWantedBy=a\r\n",
		 "Unit|After|x;Install|WantedBy|a;"},
		{"\xef\xbb\xbf[Install]\nWantedBy=a", "Install|WantedBy|a;"},
		{"[Install]\nWantedBy=a \\\n b\nAlias=c",
		 "Install|WantedBy|a   b;Install|Alias|c;"},
		{"[Install]\nWantedBy=a \\\n# no\n ; no\n b", "Install|WantedBy|a   b;"},
		{"[Install]\n#WantedBy=a\n ;WantedBy=b\n", ""},
		{"[Install\nWantedBy=a\n", "-|WantedBy|a;"},
		{" [Install] \nWantedBy=\n", "Install|WantedBy|;"},
		{"WantedBy=a", "-|WantedBy|a;"},
		{"[Install]\nWantedBy\n=x\n", "Install||x;"},
		{"[Install]\nWantedBy=a\\", "Install|WantedBy|a;"},
		{"[]\nA=b", "|A|b;"},
		{"[", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = {0};
		struct text told = {.arena = &arena};
		struct unit_file file = {.rest = rows[i].text, .arena = &arena};

		text_add(&told, "", 0);
		while (unit_file_next(&file))
			text_printf(&told, "%s|%s|%s;", file.section ? file.section : "-", file.key,
				    file.value);
		assert_string_equal(told.data, rows[i].told);
		arena_free(&arena);
	}
}

static void unit_names(void **state)
{
	static const char *const good[] = {"a.service", "a@b.service", "sys-x\\x2dy.mount",
					   "multi-user.target"};
	static const char *const bad[] = {"\\", "a",       ".service",  "a/b.service",
					  "",   "a.wants", "%i.service"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(unit_name_is_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(unit_name_is_valid(bad[i]));
}

/* Where a service would be switched on. */
static void install_sections(void **state)
{
	static const struct {
		const char *unit, *on;
		bool masked; /* to switch it off takes a mask */
	} rows[] = {
		{"[Install]\nWantedBy = multi-user.target\n", "multi-user.target.wants/x.service;",
		 false},
		{"[Install]\nWantedBy=a.target \\\n  b.target\n",
		 "a.target.wants/x.service;b.target.wants/x.service;", false},
		{"[Install]\nWantedBy=a.target\nWantedBy=\nRequiredBy=\"b.target\"\n",
		 "b.target.requires/x.service;", false},
		{"[Install]\nWantedBy=a.target\nAlias=y.service\nAlias=../../evil\n",
		 "a.target.wants/x.service;y.service;", false},
		{"[Service]\nWantedBy=a.target\n", "", true},
		{"[Install]\nAlso=y.socket\n", "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct service service = {.name = "x"};
		struct err err = ERR_INIT;
		struct scene scene;
		struct text on;

		scene_make(&scene, "/lib/systemd/system/x.service", rows[i].unit);
		assert_int_equal(target_write(&scene.tree.target, "/etc/machine-id", "1\n", 2,
					      &(struct target_attr){.mode = 0644}, &err),
				 0);
		assert_int_equal(systemd_service(&scene.changes, "x", &service, &err), 0);
		on = (struct text){.arena = &scene.tree.arena};
		text_add(&on, "", 0);
		for (size_t n = 0; n < service.on.count; n++)
			text_printf(&on, "%s;",
				    service.on.item[n].path + strlen(SYSTEMD_UNITS "/"));
		assert_string_equal(on.data, rows[i].on);
		assert_int_equal(service.off.count, rows[i].masked);
		tree_free(&scene.tree);
	}
}

/* init(8), read_inittab() of sysvinit. */
static void inittabs(void **state)
{
	static const char *const consoles[] = {"tty0", "ttyS0,115200"};
	static const struct strings both = {(const char **)consoles, 2};
#define SCREEN "v1:2345:respawn:/sbin/getty 38400 tty1 linux\n"
#define SERIAL "T0:2345:respawn:/sbin/getty -L 115200 ttyS0 vt100\n"
	static const struct {
		const char *old, *now;
	} rows[] = {
		{"1:2345:respawn:/sbin/getty 38400 tty1\n",
		 "1:2345:respawn:/sbin/getty 38400 tty1\n" SERIAL},
		{"  #T0:23:respawn:/sbin/getty ttyS0\n",
		 "  #T0:23:respawn:/sbin/getty ttyS0\n" SCREEN SERIAL},
		{"T0:23:off:/sbin/getty -L ttyS0 9600\n",
		 "#T0:23:off:/sbin/getty -L ttyS0 9600\n" SCREEN SERIAL},
		{" T0:23:respawn:/sbin/getty -L /dev/ttyS0\n",
		 " T0:23:respawn:/sbin/getty -L /dev/ttyS0\n" SCREEN},
		{"ttyS0:23:wait:/bin/true\n", "ttyS0:23:wait:/bin/true\n" SCREEN SERIAL},
		{"id:3:initdefault:\n", "id:3:initdefault:\n" SCREEN SERIAL},
		{"h0:2345:respawn:/sbin/getty hvc0\n",
		 "#h0:2345:respawn:/sbin/getty hvc0\n" SCREEN SERIAL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct scene scene;

		scene_make(&scene, "/etc/inittab", rows[i].old);
		assert_int_equal(inittab_logins(&scene.changes, &both, &err), 0);
		assert_string_equal(scene.changes.item[0].data, rows[i].now);
		tree_free(&scene.tree);
	}
}

/* bash(1). */
static void shell_assignments(void **state)
{
	static const struct assignment ours[] = {{"K", "new"}, {"G", NULL}};
	static const struct {
		const char *old, *now;
	} rows[] = {
		{"K=old\n", "K=\"new\"\n"},
		{"  K=old # x\nA=1\n", "K=\"new\"\nA=1\n"},
		{"export K='a b'\n", "K=\"new\"\n"},
		{"K=\"one\ntwo\"\nA=1\n", "K=\"new\"\nA=1\n"},
		{"K=one\\\ntwo\nA=1\n", "K=\"new\"\nA=1\n"},
		{"K=\"it's\"\nA='\"'\n", "K=\"new\"\nA='\"'\n"},
		{"#K=old\nMK=1\nK_X=2\n", "#K=old\nMK=1\nK_X=2\nK=\"new\"\n"},
		{"K=old; A=1\n", "K=old; A=1\nK=\"new\"\n"},
		{"K=old\n[ -n \"$X\" ] && K=other\n",
		 "K=\"new\"\n[ -n \"$X\" ] && K=other\nK=\"new\"\n"},
		{"G=1\n export G=2\nA=1\n", "A=1\nK=\"new\"\n"},
		{"K=\"never closed\n", "K=\"new\"\n"},
		{"K=bob's-box\nA=1\nG=2\n", "K=\"new\"\nA=1\n"},
		{"K=a;\r\n", "K=\"new\"\n"},
		{"A=\\\nK=1\n", "A=\\\nK=1\nK=\"new\"\n"},
		{"A='\nK=1\n'\n# it's\nK=2\n", "A='\nK=1\n'\n# it's\nK=\"new\"\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = {0};
		struct text once = {.arena = &arena}, twice = {.arena = &arena};

		assignments_edit(&once, rows[i].old, ours, 2);
		assert_string_equal(once.data, rows[i].now);
		assignments_edit(&twice, once.data, ours, 2);
		assert_string_equal(twice.data, once.data);
		arena_free(&arena);
	}
}

/* nss_files of glibc. */
static void passwds(void **state)
{
	static const struct {
		const char *passwd;
		unsigned uid; /* 0: refused */
	} rows[] = {
		{"www:x:33:33::/:/bin/sh\n", 33},
		{"  www:x:33:33::/:/bin/sh\n", 33},
		{"\twww:x:33:33::/:/bin/sh", 33},
		{"#www:x:1:1::/:\nwww:x:33:33::/:\n", 33},
		{"www-data:x:1:1::/:\nwww:x:33:33::/:\n", 33},
		{"www:x\nwww:x:33:33::/:\n", 33},
		{"www:x:a:1::/:\nwww:x:33:33::/:\n", 33},
		{"www:x:-1:1::/:\n", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct scene scene;
		uid_t uid;
		int ret;

		scene_make(&scene, "/etc/passwd", rows[i].passwd);
		ret = account_user(&scene.tree.target, "www", &scene.tree.arena, &uid, &err);
		if (ret != (rows[i].uid ? 0 : -1) || (ret == 0 && uid != rows[i].uid))
			fail_msg("%s: %d, %u", rows[i].passwd, ret, ret == 0 ? uid : 0);
		tree_free(&scene.tree);
	}
}

/* insserv(8): its expressions are "^#[[:blank:]]*default-start:…", in any case. */
static void script_headers(void **state)
{
	static const struct {
		const char *script;
		bool early;
	} rows[] = {
		{"#!/bin/sh\n# Default-Start: S\n", true},
		{"#!/bin/sh\n#Default-Start:\tS\n", true},
		{"#!/bin/sh\n#  default-start:  2 3\n", false},
		{"#!/bin/sh\n# DEFAULT-START: S\n", true},
		{"#!/bin/sh\nset -e\n# Default-Start: S\n", true},
		{"#!/bin/sh\n# Default-Start: 2\n# Default-Start: S\n", false},
		{"#!/bin/sh\necho # Default-Start: S\n", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct scene scene;
		bool early;

		scene_make(&scene, "/etc/init.d/x", rows[i].script);
		assert_int_equal(sysv_is_early(&scene.changes, "x", &early, &err), 0);
		if (early != rows[i].early)
			fail_msg("%s", rows[i].script);
		tree_free(&scene.tree);
	}
}

/* What hwclock(8) and boot scripts are told of the hardware clock. */
static void hardware_clocks(void **state)
{
	static const struct {
		const char *path, *old, *now; /* NULL: left alone */
	} rows[] = {
		{"/etc/adjtime", "-3.5 1200000000 0.0\n1200000000\nLOCAL\n", "0.0 0 0.0\n0\nUTC\n"},
		{"/etc/default/rcS", "UTC=no\nVERBOSE=no\n", "UTC=\"yes\"\nVERBOSE=no\n"},
		{"/etc/default/rcS", "VERBOSE=no\n", NULL},
		{"/etc/sysconfig/clock", "ZONE=\"X\"\nUTC=false\n", "ZONE=\"X\"\nUTC=\"true\"\n"},
		{"/etc/sysconfig/clock", "HWCLOCK=\"--localtime\"\n", "HWCLOCK=\"-u\"\n"},
		{"/etc/conf.d/clock", "CLOCK=\"local\"\n", "CLOCK=\"UTC\"\n"},
		{"/etc/conf.d/hwclock", "clock=\"local\"\n", "clock=\"UTC\"\n"},
		{"/etc/hosts", "UTC=no\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct scene scene;

		scene_make(&scene, rows[i].path, rows[i].old);
		assert_int_equal(hardware_clock_render(&scene.changes, &err), 0);
		assert_int_equal(scene.changes.count, rows[i].now != NULL);
		if (rows[i].now)
			assert_string_equal(scene.changes.item[0].data, rows[i].now);
		tree_free(&scene.tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selinux_config),
		cmocka_unit_test(fstab_lines),
		cmocka_unit_test(fstab_keeps_what_needs_no_disk),
		cmocka_unit_test(unit_files),
		cmocka_unit_test(unit_names),
		cmocka_unit_test(install_sections),
		cmocka_unit_test(inittabs),
		cmocka_unit_test(shell_assignments),
		cmocka_unit_test(passwds),
		cmocka_unit_test(script_headers),
		cmocka_unit_test(hardware_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
