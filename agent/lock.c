#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static const struct {
	const char *path, *holder;
} files[LOCKS] = {
	[LOCK_AGENT] =
		{"/run/newroot/agent.lock",
		 "another `newroot run` is at work; one whose installation failed waits for `newroot-server retry NAME` on the service"},
	[LOCK_DISKS] =
		{"/run/newroot/disks.lock",
		 "a `newroot apply`, a `newroot grow` or an installation works on this machine's disks"},
};

static int taken[LOCKS] = {-1, -1};

int lock_take(enum lock lock, struct err *err)
{
	const char *path = files[lock].path;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(err, ERR_IO, path, "cannot open the lock");
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		taken[lock] = fd;
		return 0;
	}
	if (errno == EWOULDBLOCK)
		err_set(err, ERR_MACHINE_BUSY, path, "%s", files[lock].holder);
	else
		err_sys(err, ERR_IO, path, "cannot lock it");
	close(fd);
	return -1;
}

void lock_drop(enum lock lock)
{
	if (taken[lock] >= 0)
		close(taken[lock]);
	taken[lock] = -1;
}
