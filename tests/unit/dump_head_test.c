/* Heads of dumps, as mysqldump and mariadb-dump of several years write them. */
#include "database/dump_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MYSQL "CHANGE MASTER TO MASTER_LOG_FILE='mysql-bin.000042', MASTER_LOG_POS=107;\n"
#define NEW                                                                                        \
	"CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='binlog.000003', "                           \
	"SOURCE_LOG_POS=5000000000;\n"
#define GTID   "CHANGE MASTER TO MASTER_USE_GTID=slave_pos;\n"
#define TABLES "DROP TABLE IF EXISTS `a`;\nCREATE TABLE `a` (i INT);\n"

static const struct {
	const char *text;
	bool found;
	const char *file;
	unsigned long long position;
} rows[] = {
	{"-- MySQL dump 10.13\n\n-- " MYSQL "\n" TABLES, true, "mysql-bin.000042", 107},
	{"-- MySQL dump 10.13\n\n" MYSQL "\n" TABLES, true, "mysql-bin.000042", 107},
	{"-- MySQL dump 10.13\n\n-- " NEW TABLES, true, "binlog.000003", 5000000000},
	{NEW TABLES, true, "binlog.000003", 5000000000},
	{"change master to master_log_file='a', MASTER_LOG_POS=4;\n", false, "", 0},
	{"/*!40101 SET NAMES utf8 */;\n" GTID "-- " MYSQL TABLES, true, "mysql-bin.000042", 107},
	{"-- " GTID "-- " MYSQL TABLES, true, "mysql-bin.000042", 107},
	{"-- " MYSQL "-- " MYSQL, true, "mysql-bin.000042", 107},
	{TABLES MYSQL, false, "", 0},
	{"-- no newline at its end: CHANGE MASTER TO", false, "", 0},
	{"CHANGE MASTER TO", false, "", 0},
	/* No name of a log: it would end the quotes in which it goes on. */
	{"-- CHANGE MASTER TO MASTER_LOG_FILE='a\\', MASTER_LOG_POS=4;\n", false, "", 0},
	{"-- CHANGE MASTER TO MASTER_LOG_FILE='a b', MASTER_LOG_POS=4;\n", false, "", 0},
	{"-- CHANGE MASTER TO MASTER_LOG_FILE='a', MASTER_LOG_POS=-4;\n", false, "", 0},
	{"-- CHANGE MASTER TO MASTER_LOG_FILE='a', MASTER_LOG_POS=99999999999999999999;\n", false,
	 "", 0},
	/* The head ends within it. */
	{"-- CHANGE MASTER TO MASTER_LOG_FILE='a', MASTER_LOG_POS=12", false, "", 0},
	{"", false, "", 0},
};

static void positions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dump_head head;
		struct err err = ERR_INIT;

		assert_int_equal(dump_head_parse(&head, rows[i].text, strlen(rows[i].text), &err),
				 0);
		assert_int_equal(head.found, rows[i].found);
		assert_string_equal(head.position.file, rows[i].file);
		assert_int_equal(head.position.position, rows[i].position);
	}
}

static void two_positions(void **state)
{
	static const char text[] = "-- " MYSQL "-- " NEW TABLES;
	struct dump_head head;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(dump_head_parse(&head, text, strlen(text), &err), -1);
	assert_int_equal(err.code, ERR_DATABASE_SOURCE);
	assert_non_null(strstr(err.msg, "mysql-bin.000042:107 and binlog.000003:5000000000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions),
		cmocka_unit_test(two_positions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
