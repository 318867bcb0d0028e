/* Whether a job can work with its archives, by their facts: the same rules at import and before the wipe. */
#ifndef NEWROOT_FACTS_JUDGE_H
#define NEWROOT_FACTS_JUDGE_H

#include "facts/facts.h"
#include "job/job.h"

struct facts_scene {
	const struct job *job;
	uint64_t memory; /* bytes of the machine; 0: unknown */
	/* What is known of a source; NULL: nothing, so nothing is said of it. */
	const struct facts *(*of)(void *ctx, const struct job_source *source);
	/* Bytes of the filesystem that holds a folder, and its mount point; 0: unknown. */
	uint64_t (*room)(void *ctx, const char *folder, const char **mount);
	/* What can't be known before the system is unpacked; may be NULL. */
	void (*note)(void *ctx, const char *text);
	void *ctx;
};

/* Everything that can't work, with the place in the job. */
void facts_judge(const struct facts_scene *scene, struct err_list *errors);

#endif
