#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "site/data.h"
#include "util/printable.h"

#define OPERANDS_MAX 4

/* clang-format off */
static const struct command *const commands[] = {
	&cmd_init,
	&cmd_import,
	&cmd_add,
	&cmd_remove,
	&cmd_list,
	&cmd_show,
	&cmd_job,
	&cmd_retry,
	&cmd_arm,
	&cmd_hold,
	&cmd_release,
	&cmd_cancel,
	&cmd_cutover,
	&cmd_reopen,
	&cmd_watch,
	&cmd_hosts,
	&cmd_forward,
	&cmd_runbook,
	&cmd_boot,
	&cmd_site,
	&cmd_archive,
	&cmd_archives,
	&cmd_facts,
	&cmd_cert,
	&cmd_ca,
	&cmd_token,
	&cmd_session,
	&cmd_audit,
	&cmd_backup,
	&cmd_restore,
	&cmd_serve,
};
/* clang-format on */

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "newroot-server: the service that newroot's agents report to\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "  %-12s %s\n", "version", "Print the version");
	fprintf(out, "  %-12s %s\n", "help COMMAND", "Show a command's options");
	fprintf(out, "\nEvery command but facts takes --data DIR, the data folder (default %s).\n",
		DATA_DEFAULT);
	fprintf(out, "Exit status: 0 done, 1 failed, 2 wrong usage.\n");
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int fail(const char *name, const struct err *err)
{
	char where[sizeof(err->where)], msg[sizeof(err->msg)];

	/* It may quote what a document, an archive or an agent says. */
	printable_copy(where, sizeof(where), err->where);
	printable_copy(msg, sizeof(msg), err->msg);
	fprintf(stderr, "newroot-server %s: %s%s%s\n", name, where, where[0] ? ": " : "", msg);
	if (err->code == ERR_USAGE) {
		fprintf(stderr, "See `newroot-server help %s`.\n", name);
		return 2;
	}
	fprintf(stderr, "%s\n", err_help(err->code));
	return 1;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct err err = ERR_INIT;
	char *operands[OPERANDS_MAX];
	size_t count;

	if (argc > 0 && !strcmp(argv[0], "--help")) {
		command_help(command);
		return 0;
	}
	if (command_parse(command, argc, argv, operands, &count, &err) < 0 ||
	    command->run(operands, count, &err) < 0)
		return fail(command->name, &err);
	/* A list that couldn't be written (a full disk) isn't done. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		err_sys(&err, ERR_IO, "standard output", "can't write");
		return fail(command->name, &err);
	}
	return 0;
}

static int refuse_command(const char *name)
{
	fprintf(stderr, "newroot-server: there is no command '%s'\n", name);
	print_help(stderr);
	return 2;
}

static int run_help(const char *name)
{
	const struct command *command = name ? find_command(name) : NULL;

	if (name && !command)
		return refuse_command(name);
	if (command)
		command_help(command);
	else
		print_help(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))
		return run_help(argv[2]);
	if (!strcmp(argv[1], "version") || !strcmp(argv[1], "--version"))
		return printf("newroot-server %s\n", NEWROOT_VERSION) < 0;
	command = find_command(argv[1]);
	if (command)
		return run_command(command, argc - 2, argv + 2);
	return refuse_command(argv[1]);
}
