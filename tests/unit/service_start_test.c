/* How a service is started, by what lies in the system's tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installed/service_start.h"
#include "tests/unit/os_tree.h"

static const char *const mysql[] = {"mariadb", "mysql", "mysqld", NULL};

static const struct {
	const char *files[4];
	const char *command; /* NULL: it has no such service */
} rows[] = {
	{{"/run/systemd/system/x", "/lib/systemd/system/mariadb.service"},
	 "systemctl start mariadb"},
	{{"/run/systemd/system/x", "/usr/lib/systemd/system/mysqld.service"},
	 "systemctl start mysqld"},
	{{"/run/systemd/system/x", "/etc/init.d/mysql"}, "systemctl start mysql"},
	{{"/run/systemd/system/x"}, NULL},
	{{"/sbin/rc-service", "/etc/init.d/mysql"}, "rc-service mysql start"},
	{{"/usr/sbin/rc-service", "/etc/init.d/mariadb", "/etc/init.d/mysql"},
	 "rc-service mariadb start"},
	{{"/sbin/rc-service", "/etc/init.d/cron"}, NULL},
	/* Debian's sysv, RHEL 5, baselayout 1 */
	{{"/etc/init.d/mysql"}, "/etc/init.d/mysql start"},
	{{"/etc/init.d/mysqld"}, "/etc/init.d/mysqld start"},
	{{"/lib/systemd/system/mariadb.service", "/etc/init.d/cron"}, NULL},
	{{"/bin/sh"}, NULL},
};

static void test_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *which = "none", *text = "";
		const char *const *argv;
		struct tree tree;

		tree_make(&tree, rows[i].files);
		argv = service_start_command(tree.root, mysql, &which, &tree.arena);
		for (; argv && *argv; argv++)
			text = arena_printf(&tree.arena, "%s%s%s", text, *text ? " " : "", *argv);
		assert_string_equal(text, rows[i].command ? rows[i].command : "");
		if (rows[i].command)
			assert_non_null(strstr(rows[i].command, which));
		tree_free(&tree);
	}
}

static void test_status(void **state)
{
	static const char *const systemd[] = {"/run/systemd/system/x", NULL};
	static const char *const sysv[] = {"/etc/init.d/mysql", NULL};
	static const char *const words[] = {"systemctl",  "status",    "--no-pager", "--full",
					    "--lines=20", "mariadb.x", NULL};
	const char *const *argv;
	struct tree tree;

	(void)state;
	tree_make(&tree, systemd);
	argv = service_status_command(tree.root, "mariadb.x", &tree.arena);
	for (size_t i = 0; words[i]; i++)
		assert_string_equal(argv[i], words[i]);
	assert_null(argv[6]);
	tree_free(&tree);
	tree_make(&tree, sysv);
	assert_null(service_status_command(tree.root, "mysql", &tree.arena));
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests_name("service_start", tests, NULL, NULL);
}
