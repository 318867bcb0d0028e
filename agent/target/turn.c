#include "target/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "installed/installed.h"

#define POLL_US 100000

/*
 * Two locks of one file, which know nothing of each other: flock(2) tells who is there, with its children; the
 * record lock tells who works, or wants to.
 */
static struct flock record(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

bool turn_keep(int turn)
{
	struct flock lock = record(F_WRLCK);

	return fcntl(turn, F_SETLK, &lock) == 0;
}

void turn_offer(int turn)
{
	struct flock lock = record(F_UNLCK);

	if (fcntl(turn, F_SETLK, &lock))
		log_line("the first boot cannot be taken over: %s", strerror(errno));
}

bool turn_wanted(int turn)
{
	struct flock lock = record(F_WRLCK);

	return fcntl(turn, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static int refuse_busy(const char *path, struct err *err)
{
	return err_set(err, ERR_FIRST_BOOT, path,
		       "another `newroot first-boot` is at work; see " INSTALLED_LOG);
}

static int await_end(int turn, const char *path, struct err *err)
{
	const int64_t deadline = clock_ms() + FIRST_BOOT_HANDOVER_S * 1000;

	while (flock(turn, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return err_sys(err, ERR_FIRST_BOOT, path, "cannot lock %s", path);
		if (clock_ms() >= deadline)
			return refuse_busy(path, err);
		usleep(POLL_US);
	}
	return 0;
}

int turn_take(const char *path, struct err *err)
{
	int turn = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int ret;

	if (turn < 0)
		return err_sys(err, ERR_FIRST_BOOT, path, "cannot open %s", path);
	if (turn_keep(turn))
		ret = await_end(turn, path, err);
	else if (errno == EACCES || errno == EAGAIN)
		ret = refuse_busy(path, err);
	else
		ret = err_sys(err, ERR_FIRST_BOOT, path, "cannot lock %s", path);
	if (ret == 0)
		return turn;
	close(turn);
	return -1;
}
