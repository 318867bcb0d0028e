/*
 * Before the service's libc (LD_PRELOAD): its clocks, ahead by as many seconds as the file that SHIFTED_CLOCK names says, two
 * numbers of eight bytes: of the clock on the wall, and of those that nobody sets.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void map_file(void)
{
	const char *path = getenv("SHIFTED_CLOCK");
	const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped = MAP_FAILED;

	if (fd >= 0) {
		mapped = mmap(NULL, 2 * sizeof(*ahead), PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
	}
	if (mapped != MAP_FAILED)
		ahead = mapped;
}

int clock_gettime(clockid_t id, struct timespec *at)
{
	const int ret = (int)syscall(SYS_clock_gettime, id, at);

	/* CLOCK_MONOTONIC stays as it is: the kernel's own waits go by it. */
	if (ret == 0 && ahead && (id == CLOCK_REALTIME || id == CLOCK_BOOTTIME))
		at->tv_sec += ahead[id == CLOCK_BOOTTIME];
	return ret;
}

time_t time(time_t *out)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
