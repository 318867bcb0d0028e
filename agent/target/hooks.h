/* Programs of the operator's that first boot runs before and after its own work. */
#ifndef NEWROOT_TARGET_HOOKS_H
#define NEWROOT_TARGET_HOOKS_H

#include <stdint.h>

#include "base/child.h"
#include "base/err.h"
#include "job/job.h"

/*
 * Run each of `programs` in order, with nothing on stdin, as root. What it prints (at most HOOK_OUTPUT_MAX bytes)
 * becomes a note. One that runs longer than `limit_s` seconds (0: any time) is ended with all that it
 * started. Errors: ERR_HOOK; those behind it are not run then.
 */
int hooks_run(const struct strings *programs, uint32_t limit_s, const struct child_watch *watch,
	      struct err *err);

#endif
