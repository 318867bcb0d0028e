/*
 * Subcommands: one row each in main.c's table. argv[0] is the subcommand's name; the exit status is
 * 0, or that of the error's code (err_exit_status).
 */
#ifndef NEWROOT_COMMAND_H
#define NEWROOT_COMMAND_H

#include "base/err.h"

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

/* Print "newroot NAME: where: message", the help of its code, and return its exit status. */
int command_fail(const char *name, const struct err *err);
int command_fail_list(const char *name, const struct err_list *errors);

/* Of a command for the installed system: only root, and not in the in-memory one. Errors: ERR_USAGE. */
int command_on_installed(const char *name, struct err *err);

#endif
