/* What the files of a pass share; for this folder only. */
#ifndef NEWROOT_SYNC_PARTS_H
#define NEWROOT_SYNC_PARTS_H

#include "base/child.h"
#include "ssh/ssh.h"
#include "sync/config.h"
#include "sync/output.h"
#include "sync/sync.h"

struct sync_work {
	const struct sync *options;
	struct arena arena;
	struct sync_config config;
	struct ssh ssh;
	bool acls, xattrs; /* both sides can */
	unsigned pass;     /* of this VM, from 1 */
	unsigned trees;    /* that are done */
	struct sync_figures sum;
};

/* A line for people, the log and the service. */
void sync_tell(struct sync_work *work, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for what a person should know besides. */
void sync_note(struct sync_work *work, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* account.c */
void sync_tell_figures(struct sync_work *work, const char *path, const struct sync_figures *figures,
		       int64_t ms);
void sync_tell_dry(struct sync_work *work, int64_t ms);
/* How many passes went well so far. */
unsigned sync_passes(struct sync_work *work);
/* Tell of a pass that went well, and keep a line about it. */
void sync_end_pass(struct sync_work *work, int64_t ms);
/* Progress for the service and, when it is one, for the terminal. */
const struct child_watch *sync_watch(struct sync_work *work);

#endif
