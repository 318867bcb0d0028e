/*
 * Catching up: a pass over the folders that the job's sync names brings them up to date from the old VM, which is still in
 * service. May be repeated at will, and after any interruption; after cutover it would destroy what is newer here.
 */
#ifndef NEWROOT_SYNC_SYNC_H
#define NEWROOT_SYNC_SYNC_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "job/job.h"

struct sync {
	FILE *out;             /* the account of it, for people */
	bool dry_run;          /* tell what would change; change and report nothing */
	bool force;            /* even after cutover */
	struct strings wanted; /* paths of the trees that are meant; none: all */
	int stop;              /* readable: the pass is to be ended; -1: never */
};

/*
 * One pass. 0: all trees are as they were on the old VM while it was looked at, whether or not the service was reached.
 * Errors: ERR_SYNC, ERR_SYNC_CUT_OVER, and those of ssh_open(), rsync_ask_here(), rsync_ask_there() and rsync_run(); a tree
 * that fails ends the pass.
 */
int sync_run(const struct sync *options, struct err *err);

#endif
