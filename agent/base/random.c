#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"

#define POOL   "/dev/urandom"
#define SOURCE "/dev/random" /* readable once enough is gathered */
/* What disks and NICs give meanwhile is enough on any machine that has some. */
#define WAIT_S 30

static char seed_path[PATH_MAX];
static bool ready; /* what POOL gives nobody can guess */

void random_seed_at(const char *path)
{
	if (snprintf(seed_path, sizeof(seed_path), "%s", path) >= (int)sizeof(seed_path))
		seed_path[0] = '\0';
}

/* A volume that was reset to its snapshot has an old seed: the clock makes it another. */
static int mix(int pool, int file)
{
	unsigned char seed[RANDOM_SEED_SIZE];
	struct timespec now = {0};
	int ret = -1;

	clock_gettime(CLOCK_REALTIME, &now);
	if (read_all(file, seed, sizeof(seed)) != sizeof(seed))
		errno = EINVAL;
	else if (write_all(pool, seed, sizeof(seed)) == 0 &&
		 write_all(pool, &now, sizeof(now)) == 0 &&
		 read_all(pool, seed, sizeof(seed)) == sizeof(seed) &&
		 lseek(file, 0, SEEK_SET) == 0 && write_all(file, seed, sizeof(seed)) == 0 &&
		 fsync(file) == 0)
		ret = 0;
	explicit_bzero(seed, sizeof(seed));
	return ret;
}

/* In place: a seed of which a power cut has left one half old is still one that was never used. */
static void use_seed(int pool)
{
	int file;

	if (!*seed_path)
		return;
	file = open(seed_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (file >= 0 && mix(pool, file) == 0)
		ready = true;
	else
		log_line("the seed %s is of no use: %s", seed_path, strerror(errno));
	if (file >= 0)
		close(file);
}

/* Both devices are the kernel's one generator. */
static int await_source(struct err *err)
{
	const int64_t until = clock_ms() + WAIT_S * 1000;
	struct pollfd source = {.fd = open(SOURCE, O_RDONLY | O_CLOEXEC), .events = POLLIN};
	int64_t left;

	if (source.fd < 0)
		return err_sys(err, ERR_TLS, SOURCE, "no random numbers from the kernel");
	while (!ready && (left = until - clock_ms()) > 0)
		ready = poll(&source, 1, (int)left) > 0;
	close(source.fd);
	return ready ? 0
		     : err_set(err, ERR_TLS, SOURCE,
			       "the kernel has gathered no random numbers within %d s, and there is no seed of use: type on the console, or start rngd",
			       WAIT_S);
}

static int read_pool(void *bytes, size_t size, struct err *err)
{
	int pool = open(POOL, O_RDWR | O_CLOEXEC);
	int ret = 0;

	if (pool < 0)
		return err_sys(err, ERR_TLS, POOL, "no random numbers from the kernel");
	if (!ready)
		use_seed(pool);
	if (!ready)
		ret = await_source(err);
	if (ret == 0 && read_all(pool, bytes, size) != (ssize_t)size)
		ret = err_sys(err, ERR_TLS, POOL, "no random numbers from the kernel");
	close(pool);
	return ret;
}

/* getrandom() waits until the kernel's generator is seeded. */
int random_bytes(void *bytes, size_t size, struct err *err)
{
	for (size_t got = 0; got < size;) {
		ssize_t n = getrandom((char *)bytes + got, size - got, 0);

		if (n > 0)
			got += (size_t)n;
		else if (n < 0 && errno == ENOSYS)
			return read_pool(bytes, size, err);
		else if (n == 0 || errno != EINTR)
			return err_sys(err, ERR_TLS, NULL, "no random numbers from the kernel");
	}
	return 0;
}

unsigned random_chance(void)
{
	unsigned chance = (unsigned)clock_ms();
	int pool;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) == sizeof(chance))
		return chance;
	pool = open(POOL, O_RDONLY | O_CLOEXEC);
	if (pool >= 0) {
		if (read_all(pool, &chance, sizeof(chance)) != sizeof(chance))
			chance = (unsigned)clock_ms();
		close(pool);
	}
	return chance;
}
