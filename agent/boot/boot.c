#include "boot/boot.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "boot/config.h"
#include "boot/line.h"
#include "boot/modules.h"
#include "boot/nics.h"
#include "boot/nodes.h"
#include "boot/root.h"
#include "boot/shell.h"
#include "boot/switch.h"
#include "boot/usr.h"

/* A small file as a string in the arena; "" when it is absent. */
static char *read_text(const char *path, struct arena *arena)
{
	char *text = file_text(AT_FDCWD, path, BOOT_FILE_MAX, arena, NULL);

	return text ? text : arena_strdup(arena, "");
}

static _Noreturn void fail_for_good(const struct err *err)
{
	for (;;)
		boot_shell(err->msg, 0);
}

static void say(const struct boot_line *line, const char *text)
{
	if (!line->quiet)
		printf("newroot: %s\n", text);
	fflush(stdout);
}

/* Modules are loaded once; what follows is tried again after each shell. */
static int try_once(const struct boot_line *line, const struct boot_config *config, char **argv,
		    struct arena *arena, struct err *err)
{
	const char *init;

	say(line, "looking for the root filesystem");
	if (boot_root_mount(line, config, arena, err))
		return -1;
	if (!boot_switch_runs(line->init) && boot_usr_mount(arena, err))
		printf("newroot: %s: %s\n", err->where, err->msg);
	if (boot_switch_choose(line->init, &init, err) == 0) {
		boot_nics_name(config);
		say(line, "starting the installed system");
		boot_switch(init, argv, err);
	}
	umount2(BOOT_SYSROOT "/usr", MNT_DETACH);
	umount2(BOOT_SYSROOT, MNT_DETACH);
	return -1;
}

_Noreturn void boot_run(char **argv)
{
	struct arena arena = {0};
	struct boot_config config;
	struct boot_line line;
	struct err err = ERR_INIT;
	const char *failed_modules;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	if (boot_nodes_mount(&err))
		fail_for_good(&err);
	boot_config_parse(&config, read_text(BOOT_CONFIG_PATH, &arena), &arena);
	if (boot_line_parse(&line, read_text("/proc/cmdline", &arena), &arena, &err))
		printf("newroot: %s: %s\n", err.where, err.msg);
	failed_modules = boot_modules_load(&config, &line, &arena);
	if (line.shell)
		boot_shell("newroot.shell was asked for", 0);
	for (;;) {
		err = (struct err)ERR_INIT;
		try_once(&line, &config, argv, &arena, &err);
		if (*failed_modules)
			printf("newroot: modules that could not be loaded:%s\n", failed_modules);
		boot_shell(arena_printf(&arena, "%s: %s", err.where, err.msg), line.panic_s);
	}
}
