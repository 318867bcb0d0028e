/* Command lines: one table of options serves parsing and help, in the agent and in the service. */
#ifndef NEWROOT_BASE_OPTIONS_H
#define NEWROOT_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

enum option_kind {
	OPTION_FLAG, /* bool */
	OPTION_TEXT, /* const char * */
	OPTION_LIST, /* struct option_list: may be given again */
};

#define OPTION_LIST_MAX 256 /* as many as a list of a job has */

struct option_list {
	char *item[OPTION_LIST_MAX];
	size_t count;
};

struct option_row {
	const char *name; /* "address", without dashes; NULL ends a table */
	enum option_kind kind;
	void *value;          /* of the kind's type */
	const char *argument; /* "ADDR" in the help; NULL for a flag */
	const char *help;     /* its lines are put below each other */
};

struct command_line {
	const char *name;     /* of the command: "add" */
	const char *operands; /* "NAME" in messages; "" for none */
	size_t operands_min, operands_max;
	const struct option_row *options;
};

/*
 * Parse `argv`, without the command's name: options in any place, "--" ends them. `operands` has room for operands_max and
 * gets `count`. ERR_USAGE.
 */
int options_parse(const struct command_line *line, int argc, char **argv, char **operands,
		  size_t *count, struct err *err);

/* The number that the option `name` was given as, `text`, into `value`, which stays for NULL. ERR_USAGE. */
int options_number(const char *name, const char *text, long min, long max, long *value,
		   struct err *err);

/* A line for each option, their helps in one column. */
void options_print(const struct option_row *options, FILE *out);

#endif
