/*
 * Subcommands. Each cmd/ file exports its rows; main.c lists them. One table of options serves parsing
 * and help.
 */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum option_kind {
	OPTION_FLAG, /* bool */
	OPTION_TEXT, /* const char * */
	OPTION_LIST, /* struct option_list: may be given again */
};

#define OPTION_LIST_MAX 32

struct option_list {
	char *item[OPTION_LIST_MAX];
	size_t count;
};

struct option_row {
	const char *name; /* "address", without dashes; NULL ends a table */
	enum option_kind kind;
	void *value;          /* of the kind's type */
	const char *argument; /* "ADDR" in the help; NULL for a flag */
	const char *help;
};

struct command {
	const char *name;     /* "add" */
	const char *operands; /* "NAME" in the help; "" for none */
	size_t operands_min, operands_max;
	const char *summary;
	const struct option_row *options;
	/* 0, or -1 with the error. `operands` has `count` items. */
	int (*run)(char **operands, size_t count, struct err *err);
};

/* Every command works on a data folder. */
extern const char *command_data_path;
/* clang-format off */
#define COMMAND_DATA_OPTION \
	{"data", OPTION_TEXT, &command_data_path, "DIR", "the data folder (default " DATA_DEFAULT ")"}
/* clang-format on */

/* What was given, for the audit: "arm", "db1 --group". */
extern char command_name[32], command_words[256];
/* Who gives it: "alice (uid 1000)", by the login that it began with, as far as the kernel knows that. */
const char *command_user(void);

/* Parse `argv` (without the command's name): options in any place, "--" ends them. ERR_USAGE. */
int command_parse(const struct command *command, int argc, char **argv, char **operands,
		  size_t *count, struct err *err);
/* The number that the option `name` was given as, `text`, into `value`, which stays for NULL. ERR_USAGE. */
int command_number(const char *name, const char *text, long min, long max, long *value,
		   struct err *err);
/* Usage, summary and options. */
void command_help(const struct command *command);

extern const struct command cmd_import;
extern const struct command cmd_init, cmd_add, cmd_remove, cmd_list, cmd_show, cmd_job, cmd_retry,
	cmd_arm, cmd_hold, cmd_release, cmd_cancel, cmd_cutover, cmd_reopen, cmd_boot, cmd_site,
	cmd_archive, cmd_archives, cmd_ca, cmd_cert, cmd_facts, cmd_serve, cmd_token, cmd_session,
	cmd_audit;
extern const struct command cmd_backup, cmd_restore, cmd_watch, cmd_hosts, cmd_forward, cmd_runbook;

#endif
