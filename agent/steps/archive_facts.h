/* What the service knows of the job's archives. */
#ifndef NEWROOT_STEPS_ARCHIVE_FACTS_H
#define NEWROOT_STEPS_ARCHIVE_FACTS_H

#include "facts/facts.h"
#include "plan/plan.h"

struct service;

/*
 * Ask for the facts of a source: 1 with `facts`, 0 when nothing is known, with the reason in `err` or ERR_NONE there; an error
 * is no reason to stop. `service` may be NULL.
 */
int archive_facts_ask(struct service *service, const struct job_source *source, struct facts *facts,
		      struct err *err);

/* Ask for those that tell of kernels, which are allocated in `arena`. */
struct plan_kernels archive_facts_kernels(struct service *service, const struct job *job,
					  struct arena *arena);

/* The archive that is unpacked to "/"; NULL: there is none. */
const struct job_source *archive_facts_root(const struct job *job);

#endif
