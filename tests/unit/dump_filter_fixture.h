/* What the filter of dumps makes of a text, for each kind of server, and tables of texts with what must come of them. */
#ifndef NEWROOT_TESTS_DUMP_FILTER_FIXTURE_H
#define NEWROOT_TESTS_DUMP_FILTER_FIXTURE_H

#include "database/dump_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM (4 << 20)

static struct dump_account account;

/* What the filter of `text` says, or NULL; what it has written, in `out`. */
static inline const char *filter_as(struct dump_filter filter, const char *text, size_t size,
				    char *out)
{
	static struct err err;
	FILE *in = tmpfile(), *result = tmpfile();
	int ret;

	err = (struct err)ERR_INIT;
	account = (struct dump_account){0};
	filter.path = "01-shop.dump";
	filter.database = filter.system ? "mysql" : "shop";
	filter.account = &account;
	assert_int_equal(fwrite(text, 1, size, in), size);
	rewind(in);
	fflush(in);
	ret = dump_filter_run(&filter, fileno(in), fileno(result), &err);
	rewind(result);
	out[fread(out, 1, ROOM - 1, result)] = '\0';
	fclose(in);
	fclose(result);
	assert_int_equal(ret, err.code == ERR_NONE ? 0 : -1);
	assert_true(err.code == ERR_NONE || err.code == ERR_DATABASE_LOAD);
	return ret ? err.msg : NULL;
}

static const struct dump_filter mysql = {
	.of = &dump_mysql, .no_end_mark = true, .version = 80022, .mode = {.backslash = true}};
static const struct dump_filter mariadb = {.of = &dump_mysql,
					   .no_end_mark = true,
					   .version = 101106,
					   .mariadb = true,
					   .mode = {.backslash = true}};
static const struct dump_filter users = {.of = &dump_mysql,
					 .no_end_mark = true,
					 .version = 50077,
					 .system = true,
					 .mode = {.backslash = true},
					 .no_nul = true};
static const struct dump_filter postgresql = {
	.of = &dump_postgresql, .no_end_mark = true, .no_nul = true};

#define SAME ((const char *)1)

struct row {
	const char *text;
	const char *out;    /* what reaches the server; NULL: it is refused */
	const char *reason; /* a part of it */
};

static inline void check_rows(const struct dump_filter *filter, const struct row *rows,
			      size_t count)
{
	char *out = malloc(ROOM);

	for (size_t i = 0; i < count; i++) {
		const char *said = filter_as(*filter, rows[i].text, strlen(rows[i].text), out);

		if (!rows[i].out != !!said)
			print_error("%s: %s\n", rows[i].text, said ? said : "let through");
		assert_int_equal(!rows[i].out, !!said);
		if (rows[i].out)
			assert_string_equal(out, rows[i].out == SAME ? rows[i].text : rows[i].out);
		else if (!strstr(said, rows[i].reason))
			fail_msg("%s: %s", rows[i].text, said);
	}
	free(out);
}

#define CHECK(filter, rows) check_rows(&(filter), rows, sizeof(rows) / sizeof(*(rows)))
#define ELSEWHERE           "leaves its database"
#define USERS               "changes users"
#define FILES               "files of the server"
#define UNKNOWN             "no statement that newroot knows"
#define LINE                "a line of its own"

#endif
