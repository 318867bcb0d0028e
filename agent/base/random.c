#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/random.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"

#define POOL   "/dev/urandom"
#define SOURCE "/dev/random" /* gives only what the kernel has gathered */
/* What disks and NICs give meanwhile is enough on any machine that has some. */
#define WAIT_S 30
/* The readers of POOL get 128 bits of it, the strength of the keys: the kernel keeps 64 bits for SOURCE. */
#define SOURCE_BYTES 24
/* Four times the strength of the keys. Not all that a seed holds is credited: SOURCE would give it to others as gathered. */
#define SEED_BITS 512

/* What is mixed in at once: a seed, with the time of day. */
struct mixture {
	unsigned char seed[RANDOM_SEED_SIZE];
	struct timespec now;
};

static char seed_path[PATH_MAX];
static size_t gathered; /* bytes of SOURCE that are mixed in */
static bool ready;      /* what POOL gives nobody can guess */

void random_seed_at(const char *path)
{
	if (snprintf(seed_path, sizeof(seed_path), "%s", path) >= (int)sizeof(seed_path))
		seed_path[0] = '\0';
}

/*
 * What is written reaches the readers of POOL directly since Linux 2.6.22. Before, it reaches them only as far as it is
 * credited as unguessable, which root may do (RNDADDENTROPY).
 */
static int mix_in(int pool, const void *bytes, size_t size, int bits)
{
	union {
		struct rand_pool_info info;
		unsigned char room[sizeof(struct rand_pool_info) + sizeof(struct mixture)];
	} credited = {.info = {.entropy_count = bits, .buf_size = (int)size}};
	int ret = -1;

	memcpy(credited.room + offsetof(struct rand_pool_info, buf), bytes, size);
	if (write_all(pool, bytes, size) == 0 && ioctl(pool, RNDADDENTROPY, &credited) == 0)
		ret = 0;
	explicit_bzero(&credited, sizeof(credited));
	return ret;
}

/* A volume that was reset to its snapshot has an old seed: the clock makes it another. */
static int mix_seed(int pool, int file)
{
	struct mixture mixture = {0};
	unsigned char *seed = mixture.seed;
	int ret = -1;

	clock_gettime(CLOCK_REALTIME, &mixture.now);
	if (read_all(file, seed, RANDOM_SEED_SIZE) != RANDOM_SEED_SIZE)
		errno = EINVAL;
	else if (mix_in(pool, &mixture, sizeof(mixture), SEED_BITS) == 0 &&
		 read_all(pool, seed, RANDOM_SEED_SIZE) == RANDOM_SEED_SIZE &&
		 lseek(file, 0, SEEK_SET) == 0 && write_all(file, seed, RANDOM_SEED_SIZE) == 0 &&
		 fsync(file) == 0)
		ret = 0;
	explicit_bzero(&mixture, sizeof(mixture));
	return ret;
}

/* In place: a seed of which a power cut has left one half old is still one that was never used. */
static void use_seed(int pool)
{
	int file;

	if (!*seed_path)
		return;
	file = open(seed_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (file >= 0 && mix_seed(pool, file) == 0)
		ready = true;
	else
		log_line("the seed %s is of no use: %s", seed_path, strerror(errno));
	if (file >= 0)
		close(file);
}

/* Old kernels give about eight bytes at a time. 0: mixed in, or another reader was faster. */
static int gather(int source, int pool)
{
	unsigned char bytes[SOURCE_BYTES];
	ssize_t n = read(source, bytes, SOURCE_BYTES - gathered);
	int ret = 0;

	if (n > 0 && mix_in(pool, bytes, (size_t)n, (int)n * 8) == 0)
		gathered += (size_t)n;
	else if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		ret = -1;
	explicit_bzero(bytes, sizeof(bytes));
	return ret;
}

/* What a wait that was too short has gathered counts in the next one. */
static int gather_until(int64_t until, int source, int pool, struct err *err)
{
	struct pollfd readable = {.fd = source, .events = POLLIN};
	int64_t left;

	while (gathered < SOURCE_BYTES && (left = until - clock_ms()) > 0)
		if (poll(&readable, 1, (int)left) > 0 && gather(source, pool))
			return err_sys(err, ERR_TLS, SOURCE, "no random numbers from the kernel");
	if (gathered < SOURCE_BYTES)
		return err_set(
			err, ERR_TLS, SOURCE,
			"the kernel has gathered %zu of %d bytes of random numbers after %d s, and there is no seed of use: type on the console, or start rngd",
			gathered, SOURCE_BYTES, WAIT_S);
	ready = true;
	return 0;
}

static int await_source(int pool, struct err *err)
{
	int source = open(SOURCE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int ret;

	if (source < 0)
		return err_sys(err, ERR_TLS, SOURCE, "no random numbers from the kernel");
	log_line(
		"this kernel has no getrandom(2), and there is no seed of use: waiting up to %d s for random numbers of %s",
		WAIT_S, SOURCE);
	ret = gather_until(clock_ms() + WAIT_S * 1000, source, pool, err);
	close(source);
	return ret;
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
		ret = await_source(pool, err);
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
