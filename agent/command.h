/*
 * Subcommands: one row each in main.c's table. argv[0] is the subcommand's name; the exit status is
 * 0, or that of the error's code (err_exit_status).
 */
#ifndef NEWROOT_COMMAND_H
#define NEWROOT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/options.h"

int cmd_run(int argc, char **argv);          /* run.c: the installation */
int cmd_plan(int argc, char **argv);         /* cmd_plan.c */
int cmd_apply(int argc, char **argv);        /* cmd_apply.c */
int cmd_check(int argc, char **argv);        /* cmd_check.c */
int cmd_rescue(int argc, char **argv);       /* rescue.c */
int cmd_boot(int argc, char **argv);         /* cmd_boot.c: /init of the slim initrd */
int cmd_first_boot(int argc, char **argv);   /* cmd_first_boot.c */
int cmd_cutover(int argc, char **argv);      /* cmd_cutover.c */
int cmd_sync(int argc, char **argv);         /* cmd_sync.c */
int cmd_grow(int argc, char **argv);         /* cmd_grow.c */
int cmd_nodes(int argc, char **argv);        /* cmd_nodes.c */
int cmd_report_death(int argc, char **argv); /* cmd_report_death.c */
int cmd_lvm(int argc, char **argv);          /* cmd_lvm.c: LVM's own command line */

/* What a command takes. */
struct command_form {
	const char *name;
	const char *
		usage; /* its lines before those of the options: "usage: newroot NAME …", and what it does */
	const struct option_row *options;
	const char *operands; /* "FILE" in messages; NULL: it takes none */
	size_t operands_min, operands_max;
	void (*print_more)(FILE *out); /* what its help has behind the options; NULL: nothing */
};

/*
 * Parse a command's words: the operands become argv[1] to argv[*count]; `count` may be NULL where there are none. False: help was
 * asked for, or the words are wrong, and it is printed: the command ends with `*status`.
 */
bool command_options(const struct command_form *form, int argc, char **argv, size_t *count,
		     int *status);

/* The words are good, but not together: say why, print the help, and return the exit status. */
int command_wrong(const struct command_form *form, const char *why);

/* Print "newroot NAME: where: message", the help of its code, and return its exit status. */
int command_fail(const char *name, const struct err *err);
int command_fail_list(const char *name, const struct err_list *errors);

/* Of a command for the installed system: only root, and not in the in-memory one. Errors: ERR_USAGE. */
int command_on_installed(const char *name, struct err *err);

#endif
