/* `newroot rescue`: an installed system under /newroot, for people who mend it. */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "machine/machine.h"
#include "rescue/assemble.h"
#include "steps/step.h"

#define SHELL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int rescue_mount(const char *vg, struct err *err)
{
	if (assemble_is_mounted()) {
		printf("a system is mounted on " NEWROOT_MOUNT " already\n");
		return 0;
	}
	if (assemble_mount(vg, err) < 0)
		return -1;
	printf("the installed system is in " NEWROOT_MOUNT "; `newroot rescue shell` enters it, "
	       "`newroot rescue umount` lets it go\n");
	return 0;
}

/* Whether we are inside now, with a shell there: links of the installed system count only from inside. */
static bool enter(const char **shell, struct err *err)
{
	static const char *const shells[] = {"/bin/bash", "/bin/sh"};

	if (chroot(NEWROOT_MOUNT) < 0 || chdir("/") < 0) {
		err_sys(err, ERR_RESCUE, NEWROOT_MOUNT, "cannot enter the installed system");
		return false;
	}
	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
		*shell = shells[i];
		if (access(shells[i], X_OK) == 0)
			return true;
	}
	err_set(err, ERR_RESCUE, NEWROOT_MOUNT, "the installed system has no shell");
	return false;
}

/* Replaces the process; a system without a working shell is shown from outside. */
static int run_shell(struct err *err)
{
	int outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *shell;

	if (setenv("HOME", "/root", 1) || setenv("PATH", SHELL_PATH, 1) || outside < 0)
		return err_sys(err, ERR_RESCUE, NULL, "cannot prepare a shell");
	if (enter(&shell, err)) {
		execl(shell, shell, "-l", (char *)NULL);
		err_sys(err, ERR_RESCUE, shell, "the installed system's shell does not start");
	}
	fprintf(stderr, "%s; this shell is outside of it, in " NEWROOT_MOUNT "\n", err->msg);
	if (fchdir(outside) == 0 && chroot(".") == 0 && chdir(NEWROOT_MOUNT) == 0)
		execl("/bin/sh", "sh", (char *)NULL);
	return err_sys(err, ERR_RESCUE, "/bin/sh", "cannot start a shell");
}

static int rescue_shell(const char *vg, struct err *err)
{
	if (!assemble_is_mounted() && assemble_mount(vg, err) < 0) {
		if (!assemble_is_mounted())
			return -1;
		fprintf(stderr, "%s: %s\n", err->where, err->msg);
	}
	fflush(stdout);
	return run_shell(err);
}

static const struct {
	const char *name;
	int (*run)(const char *vg, struct err *err);
	const char *summary;
} verbs[] = {
	{"mount", rescue_mount,
	 "assemble it: VG, root, everything of its fstab, /proc, /sys, /dev"},
	{"umount", assemble_undo, "unmount all of it and deactivate its VG"},
	{"shell", rescue_shell, "a shell inside it; mounts it first when needed"},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(*verbs))

static void usage(FILE *out)
{
	fprintf(out, "usage: newroot rescue COMMAND [--vg NAME]\n"
		     "An installed system on this machine's disks, in " NEWROOT_MOUNT ".\n"
		     "  --vg NAME   name or UUID of its VG (default: local, or the only one)\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-8s    %s\n", verbs[i].name, verbs[i].summary);
}

static int usage_error(void)
{
	usage(stderr);
	return err_exit_status(ERR_USAGE);
}

int cmd_rescue(int argc, char **argv)
{
	static const struct option options[] = {
		{"vg", required_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct err err = ERR_INIT;
	const char *vg = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 0;
		}
		if (c != 'v')
			return usage_error();
		vg = optarg;
	}
	for (size_t i = 0; optind + 1 == argc && i < VERB_COUNT; i++)
		if (!strcmp(argv[optind], verbs[i].name))
			return machine_in_memory("rescue", &err) < 0 || verbs[i].run(vg, &err) < 0
				       ? command_fail("rescue", &err)
				       : 0;
	return usage_error();
}
