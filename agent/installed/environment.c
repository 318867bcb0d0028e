#include "installed/environment.h"

#include <stdlib.h>
#include <string.h>

#include "installed/installed.h"

int installed_environment(struct err *err)
{
	const char *path = getenv("PATH");
	char *kept = strdup(path && *path ? path : INSTALLED_PATH);
	int failed = !kept || clearenv() || setenv("PATH", kept, 1) || setenv("LC_ALL", "C", 1);

	free(kept);
	return failed ? err_sys(err, ERR_MEMORY, NULL, "cannot set the environment") : 0;
}
