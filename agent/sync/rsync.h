/* One run of the system's own rsync: a tree of the old VM, over ssh, into this system. */
#ifndef NEWROOT_SYNC_RSYNC_H
#define NEWROOT_SYNC_RSYNC_H

#include <stdbool.h>

#include "base/child.h"
#include "job/job.h"
#include "ssh/ssh.h"
#include "sync/output.h"

/* What an rsync tells about itself. */
struct rsync_abilities {
	unsigned version; /* 206 for 2.6.8, 305; 0: it did not tell */
	bool acls, xattrs;
};

struct rsync {
	const struct ssh *ssh;
	const struct job_tree *tree;
	const char *rules; /* the file with what is left out */
	uint64_t limit;    /* bytes a second; 0: none */
	bool acls, xattrs; /* both sides can */
	bool dry_run;
	/* Readable: the run is to be ended; -1: never. */
	int stop;
};

/* Of the answer to `rsync --version`. Before 3.0 neither ACLs nor xattrs work between two releases. */
struct rsync_abilities rsync_abilities(const char *text);

/* Ask both sides. Errors: ERR_SYNC_RSYNC (there is none), or what ssh_ask() finds. */
int rsync_ask_here(struct rsync_abilities *abilities, struct err *err);
int rsync_ask_there(struct rsync_abilities *abilities, const struct ssh *ssh, struct err *err);

/* A line for each pattern and each path that is left alone; in the arena. */
const char *rsync_rules(const struct job_tree *tree, const struct strings *protect,
			struct arena *arena);

/* The words of the command line; in the arena. */
const char *const *rsync_argv(const struct rsync *rsync, struct arena *arena);

/*
 * Run it, telling progress in bytes of changed files. `vanished`: some were deleted there meanwhile, which is no
 * failure. Errors: those of ssh_explain(), ERR_SYNC_PARTIAL, ERR_INTERRUPTED, ERR_SYNC; `figures` hold as far as it came.
 */
int rsync_run(const struct rsync *rsync, const struct child_watch *watch,
	      struct sync_figures *figures, bool *vanished, struct err *err);

#endif
