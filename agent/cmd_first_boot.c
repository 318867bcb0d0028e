/* `newroot first-boot`: the installed system's first boot; its init system starts this. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attend/attend.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"
#include "command.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "os/quarantine.h"
#include "ssh/tunnel.h"
#include "target/first_boot.h"

static const char usage[] =
	"usage: newroot first-boot [--config FILE] [--background | --stay]\n"
	"Checks in with the service and does what " FIRST_BOOT_CONFIG
	" says, once; afterwards it does nothing.\n"
	"While the VM is migrating it stays: the service hears of it and may order its cutover.\n"
	"After an error it waits in the background until `newroot-server retry NAME` has it try again;\n"
	"given once more, it takes over from one that waits.\n"
	"The log is " INSTALLED_LOG ".\n";

enum way {
	BY_HAND,    /* somebody waits for how it ends */
	BACKGROUND, /* nobody does */
	STAY,       /* an init system keeps the process */
};

static bool parse(int argc, char **argv, struct first_boot *first_boot, enum way *way, int *status)
{
	static char absolute[PATH_MAX]; /* it leaves the working directory */
	const char *config = NULL;
	bool background = false, stay = false;
	const struct option_row options[] = {
		{"config", OPTION_TEXT, &config, "FILE", "other instructions"},
		{"background", OPTION_FLAG, &background, NULL,
		 "return at once, for the boot must not wait"},
		{"stay", OPTION_FLAG, &stay, NULL, "stay in the foreground, also after an error"},
		{0},
	};
	const struct command_form form = {.name = "first-boot", .usage = usage, .options = options};

	if (!command_options(&form, argc, argv, NULL, status))
		return false;
	if (config)
		first_boot->config = realpath(config, absolute) ? absolute : config;
	*way = stay ? STAY : background ? BACKGROUND : BY_HAND;
	if (!stay || !background)
		return true;
	*status = command_wrong(&form, "--background and --stay exclude each other");
	return false;
}

/* A pipe to somebody who waits for how the first run ends, as a byte: the exit status. -1: nobody. */
static int verdict_to = -1;

/* Away from the terminal and session of the boot, or of a person; `out` (-1: nothing) becomes stdout and stderr. */
static int leave_terminal(int out, struct err *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (out < 0)
		out = null;
	if (setsid() < 0 || chdir("/") || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot leave the terminal");
	close(null);
	return 0;
}

/* From now on it goes on without anybody. */
static void tell_verdict(int status)
{
	const unsigned char byte = (unsigned char)status;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, 0);
	if (write(verdict_to, &byte, 1) != 1 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		log_line("cannot go into the background: %m");
	close(null);
	close(verdict_to);
	verdict_to = -1;
}

static void tell_failure(const struct err *err)
{
	if (verdict_to >= 0)
		tell_verdict(command_fail("first-boot", err));
}

static void show_words(int from)
{
	char text[4096];
	ssize_t size = read(from, text, sizeof(text));

	if (size > 0)
		write_all(STDERR_FILENO, text, (size_t)size);
}

/* All was said before the verdict. Its end comes without one when it was killed. */
static int await_verdict(int verdict, int words)
{
	struct pollfd fds[] = {{.fd = verdict, .events = POLLIN}, {.fd = words, .events = POLLIN}};
	unsigned char status;

	while (poll(fds, 2, -1) < 0 || fds[1].revents & POLLIN || !fds[0].revents)
		if (fds[1].revents & POLLIN)
			show_words(words);
	if (read(verdict, &status, 1) == 1)
		return status;
	fprintf(stderr, "newroot first-boot: it was ended; see " INSTALLED_LOG "\n");
	return 1;
}

/* In the child that works. */
static int be_watched(int verdict, int words, struct err *err)
{
	verdict_to = verdict;
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* Ctrl-C ends it */
	return leave_terminal(words, err);
}

/* 1 in the parent, with its exit status; 0 in the child, which goes on; -1: failed. */
static int fork_for_person(int *status, struct err *err)
{
	int verdict[2], words[2];
	pid_t pid;

	if (pipe2(verdict, O_CLOEXEC) || pipe2(words, O_CLOEXEC))
		return err_sys(err, ERR_FIRST_BOOT, NULL, "no pipe");
	pid = fork();
	if (pid < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot go into the background");
	close(verdict[pid == 0 ? 0 : 1]);
	close(words[pid == 0 ? 0 : 1]);
	if (pid == 0)
		return be_watched(verdict[1], words[1], err);
	*status = await_verdict(verdict[0], words[0]);
	return 1;
}

static int fork_for_boot(int *status, struct err *err)
{
	pid_t pid = fork();

	*status = 0;
	if (pid < 0)
		return err_sys(err, ERR_FIRST_BOOT, NULL, "cannot go into the background");
	return pid > 0 ? 1 : leave_terminal(-1, err);
}

int cmd_first_boot(int argc, char **argv)
{
	struct first_boot options = {
		.config = FIRST_BOOT_CONFIG,
		.quarantine = QUARANTINE_FOLDER,
		.state_dir = INSTALLED_STATE,
		.console = FIRST_BOOT_CONSOLE,
		.root = "",
		.patience_s = FIRST_BOOT_PATIENCE_S,
		.failed = tell_failure,
	};
	enum way way = BY_HAND;
	struct err err = ERR_INIT;
	int ret = 0, status;

	if (!parse(argc, argv, &options, &way, &status))
		return status;
	if (way == BY_HAND)
		ret = fork_for_person(&status, &err);
	else if (way == BACKGROUND)
		ret = fork_for_boot(&status, &err);
	if (ret > 0)
		return status;
	log_open(INSTALLED_LOG, way != BACKGROUND);
	log_bound();
	if (ret == 0)
		ret = first_boot_run(&options, &err);
	status = ret < 0 ? command_fail("first-boot", &err) : 0;
	if (verdict_to >= 0)
		tell_verdict(status);
	if (ret == 0 && attend_run(options.root, &err))
		status = command_fail("first-boot", &err);
	tunnel_close();
	return status;
}
