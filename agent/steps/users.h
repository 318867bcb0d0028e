/* Who uses block devices right now: mounts and swap areas. */
#ifndef NEWROOT_STEPS_USERS_H
#define NEWROOT_STEPS_USERS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Add ERR_MACHINE_BUSY to `errors` for everything that is mounted from, or swaps to, one of `devices`.
 * `mountinfo` and `swaps` are /proc/self/mountinfo and /proc/swaps (proc(5)); tests give files.
 */
void users_find(const dev_t *devices, size_t count, const char *mountinfo, const char *swaps,
		struct err_list *errors);

#endif
