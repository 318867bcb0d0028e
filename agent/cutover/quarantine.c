/* The quarantine: out of the kernel and out of the way of the next boot; and back. */
#include "os/quarantine.h"

#include <unistd.h>

#include "cutover/parts.h"
#include "installed/quarantine_lock.h"

#define KEPT QUARANTINE_FOLDER AFTER_CUTOVER

/* In the state while the folder is back and the kernel may not have it yet. */
#define NOT_LOADED "quarantine not loaded"

static int lift_and_rename(struct cutover_work *work, struct err *err)
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
static int rename_and_load(struct cutover_work *work, struct err *err)
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

/* The process that attends would load again what is lifted while the folder is still there, and tell of it. */
static int run_locked(struct cutover_work *work, const char *folder,
		      int (*run)(struct cutover_work *work, struct err *err), struct err *err)
{
	int lock = work->options->dry_run ? -1 : quarantine_lock(cutover_path(work, folder), true);
	int ret = run(work, err);

	if (lock >= 0)
		close(lock);
	return ret;
}

int cutover_quarantine_lift(struct cutover_work *work, struct err *err)
{
	return run_locked(work, QUARANTINE_FOLDER, lift_and_rename, err);
}

int cutover_quarantine_load(struct cutover_work *work, struct err *err)
{
	const char *folder = cutover_exists(work, QUARANTINE_FOLDER) ? QUARANTINE_FOLDER : KEPT;

	return run_locked(work, folder, rename_and_load, err);
}
