/*
 * Waiting, on the monotonic clock: for a descriptor until a deadline, or for time to pass.
 */
#ifndef NEWROOT_SERVICE_WAIT_H
#define NEWROOT_SERVICE_WAIT_H

#include <signal.h>
#include <stdint.h>

#include "base/err.h"

/* Milliseconds since some fixed point. */
uint64_t wait_now(void);

/*
 * Wait until `fd` (-1: none) is ready for `events` of poll(2), or `deadline` (of wait_now) is reached.
 * Returns 1 when ready, 0 when it is late; -1 with ERR_IO, or ERR_INTERRUPTED (see below).
 */
int wait_fd(int fd, short events, uint64_t deadline, struct err *err);

/* 0 after `ms` milliseconds, or -1 with ERR_INTERRUPTED. */
int wait_sleep(uint64_t ms, struct err *err);

/*
 * From now on `signal` ends every wait of this process, the present and all later ones, with
 * ERR_INTERRUPTED; it is blocked outside waits, so none is missed. For the reporter.
 */
int wait_end_on(int signal, struct err *err);

#endif
