/* The quarantine: out of the kernel and out of the way of the next boot; and back. */
#include "os/quarantine.h"
#include "cutover/parts.h"

#define KEPT QUARANTINE_FOLDER AFTER_CUTOVER

/* In the state while the folder is back and the kernel may not have it yet. */
#define NOT_LOADED "quarantine not loaded"

int cutover_quarantine_lift(struct cutover_work *work, struct err *err)
{
	static const char *const lift[] = {QUARANTINE_LIFT, NULL};

	if (!cutover_exists(work, QUARANTINE_FOLDER))
		return 0;
	if (cutover_op(work, "run " QUARANTINE_LIFT) &&
	    (cutover_must(work, lift, CUTOVER_COMMAND_S, err) ||
	     cutover_state_remove(work, NOT_LOADED, err)))
		return -1;
	if (!cutover_op(work, "rename " QUARANTINE_FOLDER " to " KEPT))
		return 0;
	return cutover_remove_folder(work, KEPT, err) ||
			       cutover_rename(work, QUARANTINE_FOLDER, KEPT, err)
		       ? -1
		       : 0;
}

/* The folder first: should it not load now, the next boot does. */
int cutover_quarantine_load(struct cutover_work *work, struct err *err)
{
	static const char *const load[] = {QUARANTINE_LOAD, NULL};
	bool away = !cutover_exists(work, QUARANTINE_FOLDER) && cutover_exists(work, KEPT);

	if (away && cutover_op(work, "rename " KEPT " to " QUARANTINE_FOLDER) &&
	    (cutover_state_add(work, NOT_LOADED, err) ||
	     cutover_rename(work, KEPT, QUARANTINE_FOLDER, err)))
		return -1;
	if ((!away && !cutover_state_has(work, NOT_LOADED)) ||
	    !cutover_op(work, "run " QUARANTINE_LOAD))
		return 0;
	return cutover_must(work, load, CUTOVER_COMMAND_S, err) ||
			       cutover_state_remove(work, NOT_LOADED, err)
		       ? -1
		       : 0;
}
