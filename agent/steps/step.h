/*
 * A step: one row of the step table. Only the loop (programme.c) emits begin and end events.
 * `check` may write nothing and adds what is wrong to the list; `run` does the work; `verify` reads
 * back what `run` wrote; `release` undoes what must not outlive the run (mounts, active VGs): it is
 * called in reverse order on any exit, for every step that began, and tries everything.
 */
#ifndef NEWROOT_STEPS_STEP_H
#define NEWROOT_STEPS_STEP_H

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"
#include "job/job.h"
#include "machine/machine.h"
#include "machine/params.h"
#include "plan/plan.h"

#define NEWROOT_MOUNT "/newroot"           /* the new system is assembled here */
#define NEWROOT_SHARE "/usr/share/newroot" /* grub images and the like, in the initrd */

struct service;

/* What steps know and hand on to each other. */
struct context {
	const struct params *params;
	struct machine machine;
	struct service *service; /* NULL: `apply` with a job file and no service */
	const char *boot;        /* UUID of this boot of the agent; NULL: it sends no events */
	struct job *job;         /* NULL before fetch */
	struct plan *plan;       /* NULL before plan; `check` sees it as it will be, if it can be */
	struct plan_kernels kernels; /* set by check: the facts that it asked for */
	struct arena *arena;
	const struct child_watch *watch; /* give it to every child_run() */
	const char *kernel_release;      /* set by the kernel step: "2.6.18-164.el5" */
	const char *
		kernel_image; /* set by the kernel step: path in the new system, "/boot/vmlinuz-…" */
	const char *initrd_image; /* set by the initrd step: path in the new system */
	struct strings volumes;   /* `apply --volume`: just these are laid anew; empty: all */
	uint64_t bytes; /* a step may count what it moved, for its end event; the loop resets it */
	void (*note)(const char *fmt, ...)
		__attribute__((format(printf, 1, 2))); /* console, log and event */
};

struct step {
	const char *name;    /* as in events and `--only` */
	const char *summary; /* "partition the first disk": on the console and in help */
	void (*check)(const struct context *ctx, struct err_list *errors);
	int (*run)(struct context *ctx, struct err *err);
	int (*verify)(struct context *ctx, struct err *err);
	int (*release)(struct context *ctx, struct err *err);
	/* `apply` skips this step: take up what an earlier run of it left (UUIDs, mounts, kernel). */
	int (*adopt)(struct context *ctx, struct err *err);
	bool refresh; /* runs when just some volumes are laid anew; the others are adopted then */
};

extern const struct step step_contact, step_fetch, step_check, step_plan, step_wipe, step_partition,
	step_lvm, step_format, step_mount, step_unpack, step_kernel, step_initrd, step_configure,
	step_verify, step_snapshot, step_bootloader, step_finish;

/* The programme, in order; NULL-terminated. Defined in steps/steps.c. */
extern const struct step *const steps[];

#endif
