/*
 * LVM snapshots of volumes as an installation left them: made at its end, merged back by a reset. All that
 * has to outlive a crash is in LVM's metadata:
 *
 *	tag newroot.snapshot   of a snapshot: ours
 *	tag newroot.reset      of a snapshot: to be merged at the next boot
 *	tag newroot.retake=N   of an origin: a reset is under way; it ends with a new snapshot of N extents
 *
 * The VG is given by its name; it is active.
 */
#ifndef NEWROOT_SNAPSHOT_SNAPSHOT_H
#define NEWROOT_SNAPSHOT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"

#define SNAPSHOT_TAG        "newroot.snapshot"
#define SNAPSHOT_RESET_TAG  "newroot.reset"
#define SNAPSHOT_RETAKE_TAG "newroot.retake="

struct snapshot_volume {
	const char *name;
	bool is_open; /* mounted, or otherwise in use */
	bool is_active;
	uint64_t retake; /* extents of the snapshot that a reset still has to make; 0: none */
	const char *
		snapshot; /* LV name of its snapshot of ours; NULL: it has none, and nothing is known below */
	uint64_t size;    /* bytes that it has for what changes */
	uint64_t extents; /* the same */
	double fill;      /* per cent of them that are used; below 0: not known */
	bool is_full;     /* more was changed than it has room for: it can't be merged any more */
	bool is_merging;
	bool has_failed;  /* the kernel gave the merge up: an I/O error */
	bool is_wanted;   /* a reset at the next boot was asked for */
	const char *made; /* "2026-11-22 20:01:13 +0000" */
};

/* Visible LVs of a VG that are no snapshots, in LVM's order. */
struct snapshot_volumes {
	struct snapshot_volume *item;
	size_t count;
};

/* `options` are further words for lvs, "" for none. Everything is the arena's. Errors: ERR_LVM. */
int snapshot_read(struct snapshot_volumes *volumes, const char *vg, const char *options,
		  struct arena *arena, const struct child_watch *watch, struct err *err);

/* The same from the rows that lvs(8) reported for it. */
void snapshot_parse(struct snapshot_volumes *volumes, const char *report, struct arena *arena);

/* One that ought to be made: `options` are further words for lvcreate, "" for none. */
struct snapshot_order {
	const char *vg, *origin, *name, *options;
	uint64_t extents;
};

/* Errors: ERR_LVM. */
int snapshot_make(const struct snapshot_order *order, struct arena *arena,
		  const struct child_watch *watch, struct err *err);

/* Note the wish that `volume` is reset at the next boot, or take it back. Errors: ERR_LVM. */
int snapshot_want(const char *vg, const struct snapshot_volume *volume, bool wanted,
		  struct arena *arena, struct err *err);

/* Is there something for a boot to do: a wish, or a reset that a crash has interrupted? */
bool snapshot_is_due(const struct snapshot_volume *volume);

/*
 * Could `volume`, which has a snapshot, go back to it, here or at a boot of this kernel? Errors: ERR_SNAPSHOT (the kernel
 * can't), ERR_SNAPSHOT_FULL.
 */
int snapshot_check(const struct snapshot_volume *volume, struct err *err);

/* Is it out of use, as it has to be for that? Errors: ERR_MACHINE_BUSY. */
int snapshot_check_unused(const struct snapshot_volume *volume, struct err *err);

/*
 * Bring `volume` (is_wanted) back to its snapshot, and make a new one of the same size; or go on where an earlier call was
 * interrupted. It must not be open. Progress (bytes merged) goes to `watch` with item `volume->name`. Errors:
 * those of the two checks: nothing was changed; ERR_LVM, ERR_CHILD_TIMEOUT.
 */
int snapshot_reset(const char *vg, const struct snapshot_volume *volume, struct arena *arena,
		   const struct child_watch *watch, struct err *err);

/* Can the running kernel merge a snapshot? */
bool snapshot_kernel_merges(void);

#endif
