/*
 * Subcommands. Each cmd/ file exports its rows; main.c lists them.
 */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/options.h"

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
/* Usage, summary and options. */
void command_help(const struct command *command);

extern const struct command cmd_import;
extern const struct command cmd_init, cmd_add, cmd_remove, cmd_list, cmd_show, cmd_job, cmd_retry,
	cmd_arm, cmd_hold, cmd_release, cmd_cancel, cmd_cutover, cmd_reopen, cmd_boot, cmd_site,
	cmd_archive, cmd_archives, cmd_ca, cmd_cert, cmd_facts, cmd_serve, cmd_token, cmd_session,
	cmd_audit;
extern const struct command cmd_backup, cmd_restore, cmd_watch, cmd_hosts, cmd_forward, cmd_runbook;

#endif
