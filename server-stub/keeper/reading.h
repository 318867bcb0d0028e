/*
 * Archives that are new below archives/ are read, one at a time and behind all else, by a thread of their own: that takes
 * minutes, for which nobody waits.
 */
#ifndef SERVER_KEEPER_READING_H
#define SERVER_KEEPER_READING_H

#include "base/err.h"
#include "site/data.h"

struct reading;

/* `data` outlives it. */
int reading_start(struct reading **reading, const struct data *data, struct err *err);
/* What is being read is given up. Returns when the thread has ended. NULL is allowed. */
void reading_stop(struct reading *reading);

#endif
