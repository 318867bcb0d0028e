/*
 * System V init as Debian and RHEL have it: a script with an LSB header (insserv) that chkconfig
 * understands too, and S99 links. Debian's startpar(8) starts only what .depend.start names.
 */
#include <string.h>

#include "os/dialect.h"
#include "os/inittab.h"

#define SCRIPT "/etc/init.d/" FIRST_BOOT_SERVICE
#define DEPEND "/etc/init.d/.depend.start"

static const char script[] =
	"#!/bin/sh\n"
	"# chkconfig: 2345 99 01\n"
	"# description: newroot first boot: check in with the migration service\n"
	"### BEGIN INIT INFO\n"
	"# Provides:          " FIRST_BOOT_SERVICE "\n"
	"# Required-Start:    $all\n"
	"# Required-Stop:\n"
	"# Default-Start:     2 3 4 5\n"
	"# Default-Stop:\n"
	"# Short-Description: newroot first boot: check in with the migration service\n"
	"### END INIT INFO\n"
	"# Written by newroot at installation.\n"
	"\n"
	"case \"$1\" in\n"
	"start)\n"
	"\texec " NEWROOT_PROGRAM " first-boot --background\n"
	"\t;;\n"
	"stop | restart | force-reload | status)\n"
	"\texit 0\n"
	"\t;;\n"
	"*)\n"
	"\techo \"usage: $0 start\" >&2\n"
	"\texit 3\n"
	"\t;;\n"
	"esac\n";

#define TARGETS "TARGETS = "

/* insserv's makefile: our name behind all targets, and a rule that makes it wait for all of them. */
static void add_dependency(struct text *text, const char *old)
{
	const char *line, *rest = old, *targets = "";
	size_t size, targets_size = 0;

	while (text_next(&rest, &line, &size)) {
		text_add(text, line, size);
		if (size >= strlen(TARGETS) && !memcmp(line, TARGETS, strlen(TARGETS))) {
			targets = line + strlen(TARGETS);
			targets_size = size - strlen(TARGETS);
			text_add(text, " " FIRST_BOOT_SERVICE, strlen(" " FIRST_BOOT_SERVICE));
		}
		text_add(text, "\n", 1);
	}
	text_printf(text, FIRST_BOOT_SERVICE ": %.*s\n", (int)targets_size, targets);
}

static int name_for_startpar(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *old;

	if (target_read(changes->target, DEPEND, changes->arena, &old, NULL, err))
		return -1;
	if (!old || strstr(old, FIRST_BOOT_SERVICE))
		return 0;
	add_dependency(&text, old);
	changes_edit(changes, DEPEND, &text);
	return 0;
}

static int first_boot(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};

	text_add(&text, script, strlen(script));
	changes_file(changes, SCRIPT, &text)->mode = 0755;
	for (int level = 2; level <= 5; level++)
		changes_link(
			changes,
			arena_printf(changes->arena, "/etc/rc%d.d/S99" FIRST_BOOT_SERVICE, level),
			"../init.d/" FIRST_BOOT_SERVICE);
	return name_for_startpar(changes, err);
}

const struct init_dialect init_sysv = {"sysv", first_boot, inittab_logins};
