/* What each version is told; what the versions' manuals say stands in tests/database/refusals.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "database/statements.h"

struct expected {
	bool mariadb;
	unsigned version;
	const char *forget, *status, *position, *more;
	bool grant; /* makes the user */
};

#define RESET_SLAVE "CHANGE MASTER TO MASTER_HOST=''; RESET SLAVE;\n"
#define SLAVE       "SHOW SLAVE STATUS;\n"
#define REPLICA     "SHOW REPLICA STATUS;\n"
#define MASTER      "SHOW MASTER STATUS;\n"
#define BINARY_LOG  "SHOW BINARY LOG STATUS;\n"
#define KEY         ", GET_SOURCE_PUBLIC_KEY=1"
#define GTID        ", MASTER_USE_GTID=no"

static const struct expected versions[] = {
	{false, 50022, RESET_SLAVE, SLAVE, MASTER, "", true},
	{false, 50095, RESET_SLAVE, SLAVE, MASTER, "", true},
	{false, 50173, RESET_SLAVE, SLAVE, MASTER, "", true},
	{false, 50515, RESET_SLAVE, SLAVE, MASTER, "", true},
	{false, 50516, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{false, 50562, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{false, 50602, RESET_SLAVE, SLAVE, MASTER, "", true},
	{false, 50603, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{false, 50651, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{false, 50744, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{false, 80011, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", false},
	{false, 80022, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", false},
	{false, 80023, "RESET REPLICA ALL;\n", REPLICA, MASTER, KEY, false},
	{false, 80300, "RESET REPLICA ALL;\n", REPLICA, MASTER, KEY, false},
	{false, 80400, "RESET REPLICA ALL;\n", REPLICA, BINARY_LOG, KEY, false},
	{false, 90100, "RESET REPLICA ALL;\n", REPLICA, BINARY_LOG, KEY, false},
	{true, 50167, RESET_SLAVE, SLAVE, MASTER, "", true},
	{true, 50312, RESET_SLAVE, SLAVE, MASTER, "", true},
	{true, 50520, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{true, 100001, "RESET SLAVE ALL;\n", SLAVE, MASTER, "", true},
	{true, 100002, "RESET SLAVE ALL;\n", SLAVE, MASTER, GTID, true},
	{true, 101106, "RESET SLAVE ALL;\n", SLAVE, MASTER, GTID, true},
	{true, 110402, "RESET SLAVE ALL;\n", SLAVE, MASTER, GTID, true},
	/* Whatever is older than the first row is spoken to as that one. */
	{false, 40100, RESET_SLAVE, SLAVE, MASTER, "", true},
};
#define VERSIONS (sizeof(versions) / sizeof(*versions))

static void each_version_gets_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERSIONS; i++) {
		const struct expected *wanted = &versions[i];
		const struct database_version version = {wanted->mariadb, wanted->version};
		const struct statements *found = statements_of(&version);

		print_message("%u\n", wanted->version);
		assert_string_equal(found->orders[REPLICA_FORGET], wanted->forget);
		assert_string_equal(found->status, wanted->status);
		assert_string_equal(found->position, wanted->position);
		assert_string_equal(found->more, wanted->more);
		assert_int_equal(strncmp(found->user, "GRANT", 5) == 0, wanted->grant);
	}
}

static void every_row_is_used(void **state)
{
	(void)state;
	for (const struct statements *row = statements_table; row->manual; row++) {
		size_t used = 0;

		for (size_t i = 0; i < VERSIONS; i++) {
			const struct database_version version = {versions[i].mariadb,
								 versions[i].version};

			used += statements_of(&version) == row;
		}
		print_message("%s\n", row->manual);
		assert_true(used > 0);
	}
}

/* Each is whole, and in the words of one time. */
static void rows_are_whole(void **state)
{
	(void)state;
	for (const struct statements *row = statements_table; row->manual; row++) {
		const char *old = strstr(row->status, "SLAVE");
		char text[1024];

		assert_non_null(row->columns);
		for (int i = 0; i < REPLICA_ORDERS; i++) {
			assert_non_null(row->orders[i]);
			assert_int_equal(strstr(row->orders[i], "SLAVE") != NULL, old != NULL);
			assert_int_equal(row->orders[i][strlen(row->orders[i]) - 1], '\n');
		}
		snprintf(text, sizeof(text), row->change, "h", 3306, "u", "p", "f.000001",
			 5000000000ULL, row->more, row->patient);
		assert_non_null(strstr(text, old ? "MASTER_HOST='h', MASTER_PORT=3306, "
						 : "SOURCE_HOST='h', SOURCE_PORT=3306, "));
		assert_non_null(strstr(text, "_LOG_FILE='f.000001', "));
		assert_non_null(strstr(text, "_LOG_POS=5000000000, "));
		assert_non_null(strstr(text, "_CONNECT_RETRY=5"));
		snprintf(text, sizeof(text), row->renew, "u", "p");
		assert_non_null(strstr(text, "_USER='u', "));
		snprintf(text, sizeof(text), row->user, "'u'@'%'", "p");
		assert_non_null(strstr(text, "GRANT REPLICATION SLAVE ON *.* TO 'u'@'%'"));
		assert_non_null(strstr(text, "IDENTIFIED BY 'p';\n"));
		assert_null(strstr(text, "IDENTIFIED BY ''"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_gets_its_words),
		cmocka_unit_test(every_row_is_used),
		cmocka_unit_test(rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
