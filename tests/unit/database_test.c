/* What the first boot's databases need no server for: versions, and marks that outlive a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "database/marks.h"
#include "database/server.h"
#include "installed/service_start.h"
#include "installed/watch.h"
#include "service/report.h"

/* The server that is asked: it is away until its service is started, `late` questions after that. */
static struct {
	enum database_fault fault;
	int questions, late, starts;
	bool has_service, start_fails, started;
} fake;

int database_ask(struct database_client *client, const char *database, const char *sql, char *out,
		 struct err *err)
{
	(void)database;
	(void)sql;
	(void)out;
	fake.questions++;
	if (fake.started && fake.late-- <= 0)
		return 0;
	client->fault = fake.fault;
	return err_set(err, fake.fault == FAULT_REFUSED ? ERR_DATABASE_LOGIN : ERR_DATABASE_SERVER,
		       NULL, "not there");
}

const char *const *service_start_command(const char *root, const char *const *names,
					 const char **which, struct arena *arena)
{
	static const char *const argv[] = {"start", NULL};

	(void)arena;
	assert_string_equal(root, "");
	*which = names[0];
	return fake.has_service ? argv : NULL;
}

int child_run(const struct child *child, const struct child_watch *watch, struct err *err)
{
	(void)watch;
	fake.starts++;
	fake.started = true;
	return fake.start_fails ? err_set(err, child->code, child->name, "exit status 1") : 0;
}

const char *const *service_status_command(const char *root, const char *name, struct arena *arena)
{
	(void)root;
	(void)name;
	(void)arena;
	return NULL;
}

void log_clean(char *text, size_t size)
{
	(void)text;
	(void)size;
}

void log_line(const char *fmt, ...)
{
	(void)fmt;
}

void report_note(const char *text)
{
	(void)text;
}

void watch_note(const char *fmt, ...)
{
	(void)fmt;
}

void watch_pause(void)
{
}

static const char *const names[] = {"mariadb", NULL};
static const struct database_kind kind = {.what = "MariaDB", .services = names, .ping = "?"};

static int wait_for_server(struct err *err)
{
	const struct job_databases databases = {.service = NULL};
	struct arena arena = {0};
	struct database_client client = {.databases = &databases, .engine = &kind, .arena = &arena};
	int ret = database_server_wait(&client, err);

	arena_free(&arena);
	return ret;
}

static void test_started_once(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.fault = FAULT_AWAY;
	fake.has_service = true;
	fake.late = 3;
	assert_int_equal(wait_for_server(&err), 0);
	assert_int_equal(fake.starts, 1);
	/* An init script that gives up too early is no failure when the server comes. */
	fake.started = false;
	fake.start_fails = true;
	fake.late = 3;
	assert_int_equal(wait_for_server(&err), 0);
	assert_int_equal(fake.starts, 2);
	/* And one that runs is not started. */
	fake.late = 0;
	assert_int_equal(wait_for_server(&err), 0);
	assert_int_equal(fake.starts, 2);
}

static void test_not_started(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.fault = FAULT_REFUSED;
	fake.has_service = true;
	assert_int_equal(wait_for_server(&err), -1);
	assert_int_equal(err.code, ERR_DATABASE_LOGIN);
	assert_int_equal(fake.starts, 0);
	err = (struct err)ERR_INIT;
	fake.fault = FAULT_AWAY;
	fake.has_service = false;
	assert_int_equal(wait_for_server(&err), -1);
	assert_int_equal(err.code, ERR_DATABASE_SERVER);
	assert_non_null(strstr(err.msg, "the system has no service mariadb to start"));
}

static void test_versions(void **state)
{
	static const struct {
		const char *text;
		bool mariadb;
		unsigned number;
	} rows[] = {
		{"10.11.6-MariaDB-0+deb12u1-log", true, 101106},
		{"5.0.77-log", false, 50077},
		{"5.1.73", false, 50173},
		{"8.0.22", false, 80022},
		{"8.4.0-commercial", false, 80400},
		{"11.4.2-MariaDB", true, 110402},
		{"new", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct database_version version = database_version_parse(rows[i].text);

		assert_int_equal(version.mariadb, rows[i].mariadb);
		assert_int_equal(version.number, rows[i].number);
	}
}

static void test_marks(void **state)
{
	char folder[] = "/tmp/newroot-marks-XXXXXX", path[MARKS_PATH_MAX];
	struct err err = ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(marks_set(folder, "shop", MARK_LOADING, &err), -1); /* no such folder */
	assert_int_equal(marks_open(folder, &err), 0);
	assert_int_equal(marks_open(folder, &err), 0);
	assert_int_equal(marks_get(folder, "shop"), MARK_NONE);
	assert_int_equal(marks_set(folder, "shop", MARK_LOADED, &err), -1); /* never begun */
	for (int again = 0; again < 2; again++) {
		assert_int_equal(marks_set(folder, "shop", MARK_LOADING, &err), 0);
		assert_int_equal(marks_get(folder, "shop"), MARK_LOADING);
	}
	assert_int_equal(marks_set(folder, "shop", MARK_LOADED, &err), 0);
	assert_int_equal(marks_get(folder, "shop"), MARK_LOADED);
	assert_int_equal(marks_get(folder, "sho"), MARK_NONE);
	marks_path(folder, "shop", ".loaded", path);
	assert_int_equal(unlink(path), 0);
	marks_path(folder, "", "", path);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_started_once),
		cmocka_unit_test(test_not_started),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests_name("database", tests, NULL, NULL);
}
