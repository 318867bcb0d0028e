/* One stage of a pipeline, as its supervisor (child.c) sees it. */
#ifndef NEWROOT_BASE_CHILD_STAGE_H
#define NEWROOT_BASE_CHILD_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/child.h"
#include "base/tail.h"

/* What a function child tells its parent; smaller than PIPE_BUF, so a write is atomic. */
struct message {
	uint64_t done, total;
	bool alive;     /* no progress to tell, but it moves */
	struct err err; /* code ERR_NONE: this is progress */
};

struct stage {
	const struct child *spec;
	pid_t pid; /* 0 when reaped */
	int words; /* its stderr; -1 at its end */
	int control;
	int out; /* captured stdout or -1 */
	size_t out_used;
	int status;
	bool ended_by_us, stalled;
	int64_t active_ms;
	struct err err;
	struct tail tail;
};

/*
 * Fork one stage. `*in` is consumed; on return it is the read end for the next stage, or, for the
 * last stage with `out`, it has moved to stage->out.
 */
int stage_start(struct stage *stage, const struct child *spec, int *in, bool last, struct err *err);

/* Close unless closed already, and remember it. */
void stage_close(int *fd);

#endif
