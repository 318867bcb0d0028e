#include "boot/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "archive/modfile.h"

static int load(const char *path, const char *options)
{
	struct modfile module;
	struct err err = ERR_INIT;
	int ret, sys;

	if (modfile_open(&module, AT_FDCWD, path, &err))
		return -1;
	ret = (int)syscall(SYS_init_module, module.image, module.size, options);
	sys = errno;
	modfile_close(&module);
	errno = sys;
	return ret;
}

char *boot_modules_load(const struct boot_config *config, const struct boot_line *line,
			struct arena *arena)
{
	char *failed = arena_strdup(arena, "");

	for (size_t i = 0; i < config->modules.count; i++) {
		const char *path = config->modules.item[i];
		char name[128];

		if (!modfile_name(path, name, sizeof(name)))
			continue;
		/* ENODEV: its hardware is not here, as expected of a listed set. */
		if (load(path, boot_line_module_options(line, name, arena)) && errno != EEXIST &&
		    errno != ENODEV)
			failed = arena_printf(arena, "%s %s (%s)", failed, name, strerror(errno));
	}
	return failed;
}
