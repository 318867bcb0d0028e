/* newroot: one static binary, several lives. The table below is the whole of it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "machine/machine.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

static const struct command commands[] = {
	{"run", cmd_run, "install this PXE-booted machine, as its boot parameters say"},
	{"check", cmd_check, "check a job file: every error at once, on any machine"},
	{"plan", cmd_plan, "show what a job would do to this machine's disks; writes nothing"},
	{"apply", cmd_apply, "run a job's steps by hand (--from STEP, --only STEP)"},
	{"rescue", cmd_rescue,
	 "an installed system: mount, umount, shell; reset its volumes, snapshots"},
	{"boot", cmd_boot, "the life as /init of an installed system's initrd"},
	{"first-boot", cmd_first_boot, "the installed system's first boot, and on until cutover"},
	{"sync", cmd_sync, "the installed system catches up with the old VM, before cutover"},
	{"cutover", cmd_cutover, "the installed system goes into service, or back (--undo)"},
	{"grow", cmd_grow, "a volume of the running installed system becomes larger, in use"},
	{"nodes", cmd_nodes, "nodes of an installed system's volumes, early in its boot"},
	{"report-death", cmd_report_death, "tell the service that the agent was killed"},
	{"lvm", cmd_lvm, "LVM's own command line, for the rescue shell"},
	{"version", cmd_version, "print the version"},
	{"help", cmd_help, "print this"},
	{0},
};

static int cmd_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("usage: newroot COMMAND [OPTION]…\n"
	     "Turns a blank, PXE-booted VM into a running system from one declarative job.\n");
	for (const struct command *c = commands; c->name; c++)
		printf("  %-13s %s\n", c->name, c->summary);
	puts("\n`newroot COMMAND --help` tells more; newroot(8) is the manual.");
	return 0;
}

static int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("newroot " NEWROOT_VERSION);
	return 0;
}

int command_fail(const char *name, const struct err *err)
{
	fprintf(stderr, "newroot %s: [%s] %s%s%s\n  => %s\n", name, err_name(err->code), err->where,
		err->where[0] ? ": " : "", err->msg, err_help(err->code));
	return err_exit_status(err->code);
}

int command_fail_list(const char *name, const struct err_list *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		command_fail(name, &errors->item[i]);
	if (errors->dropped)
		fprintf(stderr, "newroot %s: %zu more errors\n", name, errors->dropped);
	return errors->count ? err_exit_status(errors->item[0].code) : 1;
}

int command_on_installed(const char *name, struct err *err)
{
	if (geteuid() != 0)
		return err_set(err, ERR_USAGE, NULL, "only root can do this");
	if (machine_in_memory(name, NULL) == 0)
		return err_set(
			err, ERR_USAGE, "/",
			"this is the in-memory system; %s is for the installed one, once it has booted",
			name);
	return 0;
}

/* Called by another name: PID 1 of an installed system's initrd, or LVM's own. */
static const char *life_by_name(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;

	if (getpid() == 1 && !strcmp(name, "init"))
		return "boot";
	return !strcmp(name, "lvm") ? "lvm" : NULL;
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? life_by_name(argv[0]) : NULL;

	if (!name) {
		if (argc < 2)
			return cmd_help(argc, argv), err_exit_status(ERR_USAGE);
		name = argv[1];
		argc--;
		argv++;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		name = "help";
	if (!strcmp(name, "--version"))
		name = "version";
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c->run(argc, argv);
	fprintf(stderr, "newroot: no command \"%s\"; `newroot help` lists them\n", name);
	return err_exit_status(ERR_USAGE);
}
