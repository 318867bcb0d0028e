/* What a server says of its replication, in columns as the client program prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "database/replica.h"
#include "database/row.h"
#include "database/server.h"
#include "installed/watch.h"
#include "service/report.h"

#define NAMES                                                                                      \
	"Slave_IO_State\tMaster_Host\tMaster_Port\tMaster_Log_File\tRead_Master_Log_Pos\t"         \
	"Relay_Master_Log_File\tSlave_IO_Running\tSlave_SQL_Running\tLast_Errno\tLast_Error\t"     \
	"Exec_Master_Log_Pos\tSeconds_Behind_Master\tLast_IO_Errno\tLast_IO_Error\n"
#define HEAD "Waiting for master\t127.0.0.1\t13306\tbinlog.000042\t5000000000\tbinlog.000041\t"

static const char *status;

int database_ask(struct database_client *client, const char *database, const char *sql, char *out,
		 struct err *err)
{
	(void)database;
	(void)err;
	assert_true(client->named);
	assert_string_equal(sql, "SHOW SLAVE STATUS;\n");
	snprintf(out, DATABASE_ANSWER_MAX, "%s", status);
	return 0;
}

int database_server_version(struct database_client *client, struct database_version *version,
			    struct err *err)
{
	(void)client;
	(void)err;
	*version = (struct database_version){.mariadb = true, .number = 101103};
	return 0;
}

void watch_note(const char *fmt, ...)
{
	(void)fmt;
}

void watch_pause(void)
{
}

void report_wait(const char *reason)
{
	(void)reason;
}

static void columns_by_name(void **state)
{
	static const struct {
		const char *answer, *name, *value;
	} rows[] = {
		{"a\tbc\td\n1\t23\t4\n", "a", "1"},
		{"a\tbc\td\n1\t23\t4\n", "bc", "23"},
		{"a\tbc\td\n1\t23\t4\n", "d", "4"},
		{"a\tbc\td\n1\t23\t4\n5\t6\t7\n", "d", "4"},
		{"a\tbc\td\n\t\t\n", "bc", ""},
		{"a\tbc\td\n1\t23\t4", "d", "4"},
		/* What a name begins or ends with is none, nor is a value, nor what stands in one. */
		{"a\tbc\td\n1\t23\t4\n", "b", ""},
		{"a\tbc\td\n1\t23\t4\n", "c", ""},
		{"a\tbc\td\n1\t23\t4\n", "23", ""},
		{"x\ty\nno\\ny: 7\\ny\t8\n", "y", "8"},
		/* Told in one line. */
		{"x\ty\nan\\nerror\\tof \\\\n\\0\t8\n", "x", "an error of \\n "},
		{"x\nat its end\\\n", "x", "at its end\\"},
		/* Cut, or nothing at all. */
		{"a\tb\tc\n1\t2\n", "c", ""},
		{"a\tb\tc\n", "a", ""},
		{"a\tb", "a", ""},
		{"", "a", ""},
		{"x\nlonger than its place\n", "x", "longer than its pla"},
	};
	char value[20];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		row_get(rows[i].answer, rows[i].name, value, sizeof(value));
		assert_string_equal(value, rows[i].value);
	}
}

static void read_status(const char *says, struct replica_state *state)
{
	struct database_client client = {.named = false};
	struct replica replica = {
		.client = &client, .name = "old", .host = "127.0.0.1", .port = 13306};

	status = says;
	assert_int_equal(replica_open(&replica, NULL), 0);
	assert_false(client.named);
	assert_int_equal(replica_follows(&replica, NULL), *says ? 1 : 0);
	replica_read(&replica, state);
}

static void running(void **unused)
{
	struct replica_state state;

	(void)unused;
	read_status(NAMES HEAD "Yes\tYes\t0\t\t107\t12\t0\t\n", &state);
	assert_true(state.receiving && state.executing && !state.connecting);
	assert_string_equal(state.lag, "12");
	assert_string_equal(state.received.file, "binlog.000042");
	assert_int_equal(state.received.position, 5000000000);
	assert_string_equal(state.executed.file, "binlog.000041");
	assert_int_equal(state.executed.position, 107);
	assert_string_equal(state.execute_error, "");
	assert_string_equal(state.receive_error, "");
	assert_string_equal(state.connect_error, "");
}

static void connecting(void **unused)
{
	struct replica_state state;

	(void)unused;
	read_status(NAMES HEAD "Connecting\tYes\t0\t\t107\tNULL\t2003\trefused\n", &state);
	assert_true(!state.receiving && state.executing && state.connecting);
	assert_string_equal(state.lag, "NULL");
	assert_string_equal(state.receive_error, "");
	assert_string_equal(state.connect_error, "refused");
	/* It has not failed yet; what failed before is no matter. */
	read_status(NAMES HEAD "Connecting\tYes\t0\t\t107\tNULL\t0\tlong ago\n", &state);
	assert_true(state.connecting);
	assert_string_equal(state.connect_error, "");
}

/* The text of an error has the failed statement in it, which may look like the columns behind it. */
static void stopped(void **unused)
{
	struct replica_state state;

	(void)unused;
	read_status(NAMES HEAD "No\tNo\t1146\tno table\\n   Seconds_Behind_Master: 0\\n"
			       "   Exec_Master_Log_Pos: 999\t107\tNULL\t1236\tpurged\n",
		    &state);
	assert_false(state.receiving || state.executing || state.connecting);
	assert_string_equal(state.lag, "NULL");
	assert_int_equal(state.executed.position, 107);
	assert_string_equal(state.execute_error,
			    "no table    Seconds_Behind_Master: 0    Exec_Master_Log_Pos: 999");
	assert_string_equal(state.receive_error, "purged");
	assert_string_equal(state.connect_error, "");
}

static void no_replica(void **unused)
{
	struct replica_state state;

	(void)unused;
	read_status("", &state);
	assert_false(state.receiving || state.executing || state.connecting);
	assert_string_equal(state.executed.file, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_by_name), cmocka_unit_test(running),
		cmocka_unit_test(connecting),      cmocka_unit_test(stopped),
		cmocka_unit_test(no_replica),
	};

	return cmocka_run_group_tests_name("replica", tests, NULL, NULL);
}
