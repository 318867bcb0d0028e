/*
 * The installed system's own copy of the job's sync, /etc/newroot/sync.json (mode 0600: it may hold a private key):
 * written by the configure step, read by `newroot sync`.
 */
#ifndef NEWROOT_SYNC_CONFIG_H
#define NEWROOT_SYNC_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "job/job.h"

#define SYNC_CONFIG "/etc/newroot/sync.json"

struct sync_config {
	struct job_sync sync;
	struct strings
		protect; /* paths of this system that are left alone, whatever tree they lie in */
	bool databases;  /* the job loads some: where their server keeps them is left alone, too */
};

/* In the arena, with a newline at its end; NULL when memory is short. `job` has a sync. */
const char *sync_config_text(const struct job *job, struct arena *arena);

/* Strings are the arena's. Errors: ERR_SYNC, never quoting the key. */
int sync_config_read(struct sync_config *config, const char *path, struct arena *arena,
		     struct err *err);

#endif
