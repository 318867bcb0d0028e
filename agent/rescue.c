/* `newroot rescue`: an installed system under /newroot, for people who mend it; its volumes' way back. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "machine/machine.h"
#include "rescue/assemble.h"
#include "rescue/reset.h"
#include "steps/step.h"

#define SHELL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What the command line says. */
struct request {
	const char *vg; /* NULL: not given */
	const char *const *volumes;
	size_t count;
	bool yes, cancel;
};

static int rescue_mount(const struct request *request, struct err *err)
{
	if (assemble_is_mounted()) {
		printf("a system is mounted on " NEWROOT_MOUNT " already\n");
		return 0;
	}
	if (assemble_mount(request->vg, err) < 0)
		return -1;
	printf("the installed system is in " NEWROOT_MOUNT
	       "; `newroot rescue shell` enters it, `newroot rescue umount` lets it go\n");
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

static int rescue_umount(const struct request *request, struct err *err)
{
	return assemble_undo(request->vg, err);
}

static int rescue_shell(const struct request *request, struct err *err)
{
	if (!assemble_is_mounted() && assemble_mount(request->vg, err) < 0) {
		if (!assemble_is_mounted())
			return -1;
		fprintf(stderr, "%s: %s\n", err->where, err->msg);
	}
	fflush(stdout);
	return run_shell(err);
}

static struct reset_request reset_request(const struct request *request)
{
	return (struct reset_request){
		.vg = request->vg,
		.volumes = request->volumes,
		.count = request->count,
		.yes = request->yes,
		.in_memory = machine_in_memory("rescue", NULL) == 0,
	};
}

static int rescue_reset(const struct request *request, struct err *err)
{
	const struct reset_request reset = reset_request(request);

	return request->cancel ? reset_cancel(&reset, err) : reset_run(&reset, err);
}

static int rescue_snapshots(const struct request *request, struct err *err)
{
	const struct reset_request reset = reset_request(request);

	return reset_show(&reset, err);
}

static const struct verb {
	const char *name;
	int (*run)(const struct request *request, struct err *err);
	const char *summary;
	bool anywhere; /* on the installed system, too */
	bool volumes;  /* takes names of volumes, --yes and --cancel */
} verbs[] = {
	{"mount", rescue_mount, "assemble it: VG, root, everything of its fstab, /proc, /sys, /dev",
	 false, false},
	{"umount", rescue_umount, "unmount all of it and deactivate its VG", false, false},
	{"shell", rescue_shell, "a shell inside it; mounts it first when needed", false, false},
	{"reset", rescue_reset,
	 "volumes (all that have a snapshot) go back to what the installation left", true, true},
	{"snapshots", rescue_snapshots, "show those snapshots and how full they are", true, false},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(*verbs))

static const char usage[] =
	"usage: newroot rescue COMMAND [--vg NAME]\n"
	"       newroot rescue reset [VOLUME]… [--yes | --cancel] [--vg NAME]\n"
	"An installed system on this machine's disks, in " NEWROOT_MOUNT ".\n"
	"reset and snapshots also work on the running installed system; there the next boot\n"
	"does what reset asks for.\n";

static void print_verbs(FILE *out)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-9s   %s\n", verbs[i].name, verbs[i].summary);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static int check_place(const struct verb *verb, struct err *err)
{
	if (!verb->anywhere)
		return machine_in_memory("rescue", err);
	return geteuid() == 0 ? 0 : err_set(err, ERR_USAGE, NULL, "only root can do this");
}

/* What is wrong with the words together; NULL: nothing. */
static const char *wrong_with(const struct verb *verb, const struct request *request)
{
	if (!verb)
		return "there is no such COMMAND";
	if (!verb->volumes && (request->count || request->yes || request->cancel))
		return "it takes no volumes, --yes or --cancel";
	return request->yes && request->cancel ? "--yes and --cancel exclude each other" : NULL;
}

static const struct verb *parse(int argc, char **argv, struct request *request, int *status)
{
	const struct option_row options[] = {
		{"vg", OPTION_TEXT, &request->vg, "NAME",
		 "name or UUID of its VG (default: local, or the only one)"},
		{"yes", OPTION_FLAG, &request->yes, NULL,
		 "do not ask whether what was changed may be lost"},
		{"cancel", OPTION_FLAG, &request->cancel, NULL, "no reset at the next boot"},
		{0},
	};
	const struct command_form form = {
		.name = "rescue",
		.usage = usage,
		.options = options,
		.operands = "COMMAND",
		.operands_min = 1,
		.operands_max = (size_t)argc,
		.print_more = print_verbs,
	};
	const struct verb *verb;
	const char *wrong;
	size_t count;

	if (!command_options(&form, argc, argv, &count, status))
		return NULL;
	request->volumes = (const char *const *)&argv[2];
	request->count = count - 1;
	verb = find_verb(argv[1]);
	wrong = wrong_with(verb, request);
	if (wrong)
		*status = command_wrong(&form, wrong);
	return wrong ? NULL : verb;
}

int cmd_rescue(int argc, char **argv)
{
	struct request request = {0};
	struct err err = ERR_INIT;
	int status;
	const struct verb *verb = parse(argc, argv, &request, &status);

	if (!verb)
		return status;
	return check_place(verb, &err) < 0 || verb->run(&request, &err) < 0
		       ? command_fail("rescue", &err)
		       : 0;
}
