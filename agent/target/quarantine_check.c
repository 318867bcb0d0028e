#include "target/quarantine_check.h"

#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"

#define PATH_SIZE 256

static int script(const char *folder, const char *name, char path[PATH_SIZE], struct err *err)
{
	if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE)
		return 0;
	return err_set(err, ERR_QUARANTINE, folder, "%s is too long a path", folder);
}

bool quarantine_wanted(const char *folder)
{
	return access(folder, F_OK) == 0;
}

static int run(const char *folder, const char *name, const struct child_watch *watch,
	       struct err *err)
{
	char path[PATH_SIZE];
	const char *const argv[] = {path, NULL};
	const struct child child = {
		.name = path, .argv = argv, .code = ERR_QUARANTINE, .stall_s = QUARANTINE_SCRIPT_S};

	return script(folder, name, path, err) ? -1 : child_run(&child, watch, err);
}

int quarantine_check(const char *folder, const struct child_watch *watch, struct err *err)
{
	struct err not_loaded = ERR_INIT;

	if (run(folder, "loaded", watch, &not_loaded) == 0)
		return 0;
	if (run(folder, "load", watch, err))
		return err_prefix(
			err,
			"the quarantine is not loaded, and this system can connect to anywhere");
	return err_set(
		err, ERR_QUARANTINE, folder,
		"the boot did not load the quarantine, and this system could connect to anywhere; it is loaded now");
}
