#include "installed/quarantine_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int quarantine_lock(const char *folder, bool wait)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), why;

	if (fd < 0 || flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}
