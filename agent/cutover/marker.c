/* The marker that others look for. */
#include "cutover/parts.h"
#include "installed/installed.h"

#define KEPT MIGRATING_MARKER AFTER_CUTOVER

int cutover_marker_remove(struct cutover_work *work, struct err *err)
{
	if (!cutover_exists(work, MIGRATING_MARKER) ||
	    !cutover_op(work, "rename " MIGRATING_MARKER " to " KEPT))
		return 0;
	return cutover_rename(work, MIGRATING_MARKER, KEPT, err);
}

int cutover_marker_restore(struct cutover_work *work, struct err *err)
{
	if (cutover_exists(work, MIGRATING_MARKER) || !cutover_exists(work, KEPT) ||
	    !cutover_op(work, "rename " KEPT " to " MIGRATING_MARKER))
		return 0;
	return cutover_rename(work, KEPT, MIGRATING_MARKER, err);
}
