/*
 * Work happens in children: forked functions or tools, alone or as a pipeline whose stages are
 * joined stdout to stdin. The parent supervises: progress, stderr tail, stall limit. A crash
 * in a library thus becomes a failed step with its last words, never a dead agent.
 */
#ifndef NEWROOT_BASE_CHILD_H
#define NEWROOT_BASE_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What the supervising parent is told while children work. Either function may be NULL. */
struct child_watch {
	/* `item` is the child's name; bytes; total is 0 when unknown. At most 5 a second. */
	void (*progress)(void *ctx, const char *item, uint64_t done, uint64_t total);
	/* About once a second, whatever the children do. */
	void (*tick)(void *ctx);
	void *ctx;
};

struct child {
	const char *name; /* for messages: "mkfs.xfs /dev/local/root"; the item of progress */

	/* Either a function run in the forked child (0, or -1 with `err` filled) … */
	int (*fn)(void *arg, struct err *err);
	void *arg;
	/* … or a tool: argv[0] is looked up in PATH; exit status 0 is success. */
	const char *const *argv;

	const char *root;   /* chroot here first (function children only) */
	enum err_code code; /* of failures of a tool; ERR_CHILD_FAILED when 0 */
	unsigned
		stall_s; /* end it after so many seconds without progress or output, its own or its readers'; 0: never */
	char *out; /* when set: stdout of the (last) child, NUL-terminated, cut at out_size */
	size_t out_size;
};

/*
 * Run `count` children as a pipeline and wait for all. On failure the others are ended, and
 * `err` is the error of the first stage in order that did not merely lose its reader. The tail of
 * the failed stage's stderr is kept for child_last_words().
 * stdin of the first is /dev/null; stdout of the last is `out`, or joins its stderr.
 * In a function child: read fd 0, write fd 1, call child_progress(); other inherited fds are
 * closed on exec only.
 */
int child_pipeline(const struct child *specs, size_t count, const struct child_watch *watch,
		   struct err *err);
int child_run(const struct child *child, const struct child_watch *watch, struct err *err);

/* Called in a function child: tell the parent how far it is. Cheap; rate-limited inside. */
void child_progress(uint64_t done, uint64_t total);
/* The same for a stage that another one's progress stands for: those before it are not stalled while it moves. */
void child_alive(void);

/* Up to CHILD_TAIL_LINES last stderr lines of the last failed child; owned by the module. */
size_t child_last_words(const char *const **lines);

#endif
