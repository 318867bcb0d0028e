/*
 * Random numbers from the kernel, also from one without getrandom(2) (before Linux 3.17), whose /dev/urandom answers before anything is gathered:
 * a seed file that the installer has left is mixed in first, as distributions do at boot (random(4)); without one, what /dev/random gives.
 */
#ifndef NEWROOT_BASE_RANDOM_H
#define NEWROOT_BASE_RANDOM_H

#include <stddef.h>

#include "base/err.h"

/* Bytes of a seed file: the pool of the kernels that need one (random(4), /proc/sys/kernel/random/poolsize). */
#define RANDOM_SEED_SIZE 512

/* Where this system's seed is; copied. Without it, and without getrandom(2), random_bytes() waits for /dev/random. */
void random_seed_at(const char *path);

/*
 * For keys. A seed that is used is another one on the disk before this returns: none is used at two boots.
 * Errors: ERR_TLS, the kernel gives none, or has not gathered enough within 30 s.
 */
int random_bytes(void *bytes, size_t size, struct err *err);

/* For pauses, not for keys: never waits, never fails. */
unsigned random_chance(void);

#endif
