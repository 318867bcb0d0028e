/* Time by a clock that nobody sets, and waiting by it. */
#ifndef SERVER_UTIL_MONOTONIC_H
#define SERVER_UTIL_MONOTONIC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since some moment of this boot. */
int64_t monotonic_ms(void);

/*
 * Milliseconds since this machine's boot, sleep included: the same for all its processes, so a moment may be kept in the store for as
 * long as the machine runs.
 */
int64_t steady_ms(void);

/* Now, by the clock on the wall, for what people read, and by the steady one, for how long something lasts. */
struct moment {
	int64_t wall_ms, steady_ms;
};

/* Initialise a condition for monotonic_wait(); the caller destroys it. */
void monotonic_condition(pthread_cond_t *condition);
/* Wait, with `lock` held, until the condition is signalled (true) or monotonic_ms() is `until_ms` (false). */
bool monotonic_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms);

#endif
