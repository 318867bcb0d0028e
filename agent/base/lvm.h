/*
 * LVM commands without LVM's tools: liblvm2cmd in a forked child, because the library changes the umask,
 * locks memory and keeps globals (its authors promise nothing about a second use). There is no
 * udev: LVM makes its nodes itself. Commands are words split at blanks as lvm(8) takes them; keep other
 * disks out with a filter. A command costs about 0.4 s under emulation, so hand over batches.
 */
#ifndef NEWROOT_BASE_LVM_H
#define NEWROOT_BASE_LVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"

/*
 * Run the commands in order, in one child, until one fails. Errors: ERR_LVM with the command's name as
 * `where` and LVM's first error as message; ERR_CHILD_DIED.
 */
int lvm_run(const char *const *commands, size_t count, const struct child_watch *watch,
	    struct err *err);

/*
 * The same for reports (pvs, vgs, lvs), each with the option LVM_REPORT. `out` gets the rows, one a
 * line, cut at `size`; warnings go to stderr.
 */
int lvm_report(const char *const *commands, size_t count, char *out, size_t size,
	       const struct child_watch *watch, struct err *err);

#define LVM_ROW    "LVM2_" /* what --nameprefixes puts before every field */
#define LVM_REPORT "--noheadings --nameprefixes --units b --nosuffix"

/*
 * Field `name` ("lv_name") of the row that `row` begins with, in `buf`; false when the row lacks it. Rows
 * end at a newline.
 */
bool lvm_field(const char *row, const char *name, char *buf, size_t size);
/* The same in the arena, "" when the row lacks it, and as a number, 0 then. */
const char *lvm_field_text(const char *row, const char *name, struct arena *arena);
uint64_t lvm_field_number(const char *row, const char *name);
/* The row after this one, or NULL. */
const char *lvm_next_row(const char *row);

/*
 * Environment and configuration (in /run/newroot/lvm) for LVM in this process; lvm_run() does it in its child.
 * Errors: ERR_LVM.
 */
int lvm_prepare(struct err *err);

#endif
