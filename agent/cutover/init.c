/* The init systems as they run: what is active now, and who starts and stops. */
#include <string.h>

#include "cutover/parts.h"

#define DEFAULT_RUNLEVEL "default" /* of OpenRC */
#define MULTI_USER       "2345"

/* A level of a script's link is the target that systemd has for it. */
static bool systemd_is_active(struct cutover_work *work, const char *level)
{
	const char *unit = level[1] ? level
			   : level[0] == 'S'
				   ? "sysinit.target"
				   : arena_printf(&work->arena, "runlevel%s.target", level);
	const char *program = cutover_program(work, "systemctl");
	const char *const argv[] = {program, "is-active", unit, NULL};

	return program && cutover_ask(work, argv, NULL, 0);
}

/* The words of the first of these files that is there. */
static const char *softlevel(struct cutover_work *work)
{
	static const char *const files[] = {
		"/run/openrc/softlevel", "/lib/rc/init.d/softlevel", "/lib64/rc/init.d/softlevel",
		"/libexec/rc/init.d/softlevel", "/var/lib/init.d/softlevel"};
	const char *text;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (cutover_read(work, files[i], &text, NULL) == 0 && text && *text > ' ')
			return arena_printf(&work->arena, "%.*s", (int)strcspn(text, " \t\n"),
					    text);
	return DEFAULT_RUNLEVEL;
}

/* The levels of the boot stay active behind it. */
static bool openrc_is_active(struct cutover_work *work, const char *level)
{
	return !strcmp(level, "sysinit") || !strcmp(level, "boot") ||
	       !strcmp(level, softlevel(work));
}

/* runlevel(8) says "N 2"; where it knows nothing, any level with a network is meant. */
static bool sysv_is_active(struct cutover_work *work, const char *level)
{
	const char *program = cutover_program(work, "runlevel");
	const char *const argv[] = {program, NULL};
	char answer[32] = "";
	size_t size;

	if (level[0] == 'S')
		return true;
	if (program)
		cutover_ask(work, argv, answer, sizeof(answer));
	size = strcspn(answer, "\n");
	if (!size || !strchr("0123456S", answer[size - 1]))
		return strchr(MULTI_USER, level[0]);
	return answer[size - 1] == level[0];
}

/* The first row whose evidence is there. A system with systemd's files may run without it: sd_booted(3). */
static const struct cutover_init inits[] = {
	{.name = "systemd",
	 .evidence = {"/run/systemd/system"},
	 .program = "systemctl",
	 .verb_first = true,
	 .is_active = systemd_is_active,
	 .reload = "daemon-reload"},
	{.name = "OpenRC",
	 .evidence = {"/sbin/openrc-run", "/sbin/runscript", "/sbin/runscript.sh"},
	 .program = "rc-service",
	 .is_active = openrc_is_active},
	{.name = "sysv", .program = "service", .is_active = sysv_is_active},
};

const struct cutover_init *cutover_init(struct cutover_work *work)
{
	const struct cutover_init *init = inits;

	for (; init->evidence[0]; init++)
		for (size_t i = 0; i < sizeof(init->evidence) / sizeof(*init->evidence); i++)
			if (init->evidence[i] && cutover_exists(work, init->evidence[i]))
				return init;
	return init;
}
