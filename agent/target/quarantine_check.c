#include "target/quarantine_check.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "installed/quarantine_lock.h"

#define PATH_SIZE 256

static int script(const char *folder, const char *name, enum err_code code, char path[PATH_SIZE],
		  struct err *err)
{
	if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE)
		return 0;
	return err_set(err, code, folder, "%s is too long a path", folder);
}

bool quarantine_wanted(const char *folder)
{
	return access(folder, F_OK) == 0;
}

static int run(const char *folder, const char *name, enum err_code code,
	       const struct child_watch *watch, struct err *err)
{
	char path[PATH_SIZE];
	const char *const argv[] = {path, NULL};
	const struct child child = {
		.name = path, .argv = argv, .code = code, .stall_s = QUARANTINE_SCRIPT_S};

	return script(folder, name, code, path, err) ? -1 : child_run(&child, watch, err);
}

static int check(const char *folder, bool was_loaded, const struct child_watch *watch,
		 struct err *err)
{
	const enum err_code code = was_loaded ? ERR_QUARANTINE_REMOVED : ERR_QUARANTINE;
	struct err not_loaded = ERR_INIT;

	if (run(folder, "loaded", code, watch, &not_loaded) == 0)
		return 0;
	if (run(folder, "load", code, watch, err))
		return err_prefix(
			err,
			"the quarantine is not loaded, and this system can connect to anywhere");
	return err_set(
		err, code, folder,
		"%s the quarantine, and this system could connect to anywhere; it is loaded now",
		was_loaded ? "something removed" : "the boot did not load");
}

/* While it is locked a cutover lifts it, or an undo loads it. One that came in between has renamed the folder. What cannot be
 * locked for another reason is looked at all the same. */
int quarantine_check(const char *folder, bool was_loaded, const struct child_watch *watch,
		     struct err *err)
{
	int lock = quarantine_lock(folder, false), ret = QUARANTINE_NOT_SEEN;

	if (lock < 0 && (errno == ENOENT || errno == EWOULDBLOCK))
		return QUARANTINE_NOT_SEEN;
	if (quarantine_wanted(folder))
		ret = check(folder, was_loaded, watch, err);
	if (lock >= 0)
		close(lock);
	return ret;
}
