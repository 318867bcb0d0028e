/*
 * The job goes to one boot of the agent for each arming: a second machine with the same MAC, a replayed
 * request, an installed VM that came to the network once more get nothing. Within a transaction.
 */
#ifndef SERVER_COURSE_HANDOUT_H
#define SERVER_COURSE_HANDOUT_H

#include "course/course.h"

/*
 * Whether this boot of the agent ("" when it states none) may have the job, to install by it. The same boot may
 * ask again: an answer can get lost. 0, COURSE_REFUSED (ERR_SERVICE_STATE) or -1.
 */
int handout(struct store *store, int64_t vm_id, const char *boot, int64_t now_ms, struct err *err);

#endif
