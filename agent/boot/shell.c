#include "boot/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine/sysfs.h"
#include "boot/config.h"

#define SHELL "/bin/sh"

/* /dev/console can't be a controlling terminal; the last of the active consoles is what it stands for. */
static void take_terminal(void)
{
	char active[SYSFS_TEXT_MAX], path[SYSFS_TEXT_MAX + 8];
	const char *name = "console";
	int fd;

	if (sysfs_text(active, SYSFS "/class/tty/console/active"))
		name = strrchr(active, ' ') ? strrchr(active, ' ') + 1 : active;
	snprintf(path, sizeof(path), "/dev/%s", name);
	setsid();
	fd = open(path, O_RDWR);
	if (fd < 0)
		fd = open("/dev/console", O_RDWR);
	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 1); /* without one, the shell only lacks job control */
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
}

/* Links for every applet, so that the shell finds `ls`. */
static void install_applets(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(BOOT_BUSYBOX, "busybox", "--install", "-s", "/bin", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* The PATH is the shell's own: the installed system's init must not inherit it. */
static _Noreturn void run_shell(void)
{
	take_terminal();
	install_applets();
	setenv("PATH", "/bin", 1);
	signal(SIGPIPE, SIG_DFL);
	execl(SHELL, "sh", (char *)NULL);
	_exit(127);
}

static _Noreturn void reboot_after(unsigned seconds)
{
	printf("newroot: rebooting in %u s (panic=)\n", seconds);
	fflush(stdout);
	sleep(seconds);
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void boot_shell(const char *reason, unsigned panic_s)
{
	pid_t pid;

	printf("\nnewroot: the installed system is not started: %s\n", reason);
	if (panic_s)
		reboot_after(panic_s);
	if (access(SHELL, X_OK)) {
		printf("newroot: there is no shell here. Boot the rescue entry, or the network.\n");
		fflush(stdout);
		for (;;)
			pause();
	}
	printf("newroot: a shell is open here; `/init lvm` is LVM; `exit` tries again.\n\n");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run_shell();
	/* PID 1 also reaps what the shell leaves behind. */
	while (pid > 0 && waitpid(-1, NULL, 0) != pid)
		if (errno == ECHILD)
			break;
}
