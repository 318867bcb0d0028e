#include <errno.h>
#include <fcntl.h>

#include "archive/modules.h"
#include "base/file.h"
#include "base/limits.h"

/* The whole file as a string in the arena; `*text` is NULL when there is none. */
static int read_text(int dir_fd, const char *path, struct arena *arena, char **text,
		     struct err *err)
{
	*text = file_text(dir_fd, path, MODULES_FILE_MAX, arena, NULL);
	if (*text || errno == ENOENT)
		return 0;
	return err_sys(err, errno == EFBIG ? ERR_KERNEL : ERR_IO, path,
		       "cannot be read, as a file of at most %d bytes", MODULES_FILE_MAX);
}

int modules_read_config(struct modules *modules, const char *config, struct err *err)
{
	char *text;

	if (read_text(AT_FDCWD, config, modules->arena, &text, err))
		return -1;
	modules->config = text ? text : "";
	return 0;
}

int modules_read(struct modules *modules, int dir_fd, const char *config, struct arena *arena,
		 struct err *err)
{
	char *dep, *alias, *softdep, *builtin;

	*modules = (struct modules){.arena = arena};
	if (read_text(dir_fd, "modules.dep", arena, &dep, err) ||
	    read_text(dir_fd, "modules.alias", arena, &alias, err) ||
	    read_text(dir_fd, "modules.softdep", arena, &softdep, err) ||
	    read_text(dir_fd, "modules.builtin", arena, &builtin, err) ||
	    modules_read_config(modules, config, err))
		return -1;
	if (!dep)
		return err_set(err, ERR_KERNEL, "modules.dep", "the module folder has none");
	if (modules_parse_dep(modules, dep, err) ||
	    (builtin && modules_parse_builtin(modules, builtin, err)))
		return -1;
	if (alias)
		modules_parse_alias(modules, alias);
	if (softdep)
		modules_parse_softdep(modules, softdep);
	return 0;
}
