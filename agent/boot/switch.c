#include "boot/switch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/child.h"
#include "boot/config.h"

static const char *const inits[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};
static const char *const handed_over[] = {"/dev", "/proc", "/sys"};

/* In a child with the installed system as its root: links mean there what they will mean later. */
static int is_there(void *arg, struct err *err)
{
	return access(arg, X_OK) ? err_sys(err, ERR_BOOT, arg, "cannot be run") : 0;
}

static int check(const char *path, struct err *err)
{
	const struct child child = {
		.name = path, .fn = is_there, .arg = (void *)path, .root = BOOT_SYSROOT};

	return child_run(&child, NULL, err);
}

bool boot_switch_runs(const char *init)
{
	return check(init ? init : inits[0], NULL) == 0;
}

int boot_switch_choose(const char *wanted, const char **init, struct err *err)
{
	*init = wanted;
	if (wanted)
		return check(wanted, err);
	for (size_t i = 0; i < sizeof(inits) / sizeof(*inits); i++) {
		*init = inits[i];
		if (check(*init, NULL) == 0)
			return 0;
	}
	return err_set(
		err, ERR_BOOT, BOOT_SYSROOT,
		"the root filesystem has no init: neither /sbin/init nor /etc/init, /bin/init or /bin/sh");
}

/* A target without the folder gets along without the filesystem, or mounts its own. */
static void hand_over(void)
{
	for (size_t i = 0; i < sizeof(handed_over) / sizeof(*handed_over); i++) {
		char to[64];

		snprintf(to, sizeof(to), "%s%s", BOOT_SYSROOT, handed_over[i]);
		if (mount(handed_over[i], to, NULL, MS_MOVE, NULL))
			umount2(handed_over[i], MNT_DETACH);
	}
}

/* Everything on the initramfs itself, which would stay in memory for ever. */
static void empty(int dir_fd, dev_t device)
{
	DIR *dir = fdopendir(dir_fd);
	struct dirent *item;
	struct stat st;

	if (!dir) {
		close(dir_fd);
		return;
	}
	while ((item = readdir(dir))) {
		const char *name = item->d_name;
		int below;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
		    fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) || st.st_dev != device)
			continue;
		below = S_ISDIR(st.st_mode)
				? openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
				: -1;
		if (below >= 0)
			empty(below, device);
		unlinkat(dir_fd, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
	closedir(dir);
}

/* Only ever an initramfs: anything else with these paths is somebody's disk. */
static int open_initramfs(dev_t *device, struct err *err)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstatfs(fd, &fs) || fstat(fd, &st))
		return err_sys(err, ERR_BOOT, "/", "cannot look at the initramfs");
	if (fs.f_type != RAMFS_MAGIC && fs.f_type != TMPFS_MAGIC) {
		close(fd);
		return err_set(err, ERR_BOOT, "/", "the root is no initramfs; nothing is touched");
	}
	*device = st.st_dev;
	return fd;
}

/* /dev/console of the old /dev is gone with it. */
static void reopen_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return;
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

int boot_switch(const char *init, char **argv, struct err *err)
{
	dev_t device;
	int initramfs = open_initramfs(&device, err);

	if (initramfs < 0)
		return -1;
	hand_over();
	if (chdir(BOOT_SYSROOT)) {
		close(initramfs);
		return err_sys(err, ERR_BOOT, BOOT_SYSROOT, "cannot enter the root filesystem");
	}
	empty(initramfs, device);
	/* The initramfs can't be unmounted: the root is moved over it, then entered. */
	if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		return err_sys(err, ERR_BOOT, BOOT_SYSROOT, "cannot make it the root");
	reopen_console();
	signal(SIGPIPE,
	       SIG_DFL); /* what is ignored stays so across exec, for all that init starts */
	argv[0] = (char *)init;
	execv(init, argv);
	return err_sys(err, ERR_BOOT, init, "cannot become the installed system's init");
}
