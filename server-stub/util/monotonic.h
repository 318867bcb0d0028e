/* Time by a clock that nobody sets, and waiting by it. */
#ifndef SERVER_UTIL_MONOTONIC_H
#define SERVER_UTIL_MONOTONIC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since some moment of this boot. */
int64_t monotonic_ms(void);

/* Initialise a condition for monotonic_wait(); the caller destroys it. */
void monotonic_condition(pthread_cond_t *condition);
/* Wait, with `lock` held, until the condition is signalled (true) or monotonic_ms() is `until_ms` (false). */
bool monotonic_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms);

#endif
