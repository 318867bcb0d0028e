#include "installed/service_start.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define NAME "%s" /* stands for the service's name */

/* The first row whose evidence is there is how this system starts its services. */
static const struct manager {
	const char *evidence;
	const char *argv[4];
	const char *places[6]; /* where a service would be described */
} managers[] = {
	{"/run/systemd/system",
	 {"systemctl", "start", NAME},
	 {"/etc/systemd/system/" NAME ".service", "/run/systemd/system/" NAME ".service",
	  "/usr/lib/systemd/system/" NAME ".service", "/lib/systemd/system/" NAME ".service",
	  "/etc/init.d/" NAME}},
	{"/sbin/rc-service", {"rc-service", NAME, "start"}, {"/etc/init.d/" NAME}},
	{"/usr/sbin/rc-service", {"rc-service", NAME, "start"}, {"/etc/init.d/" NAME}},
	/* sysv, and Gentoo's baselayout 1 */
	{"/etc/init.d", {"/etc/init.d/" NAME, "start"}, {"/etc/init.d/" NAME}},
};

static const char *with_name(const char *word, const char *name, struct arena *arena)
{
	const char *place = strstr(word, NAME);

	return place ? arena_printf(arena, "%.*s%s%s", (int)(place - word), word, name,
				    place + strlen(NAME))
		     : word;
}

static int exists(const char *root, const char *path, struct arena *arena)
{
	return access(arena_printf(arena, "%s%s", root, path), F_OK) == 0;
}

static int has_service(const char *root, const struct manager *manager, const char *name,
		       struct arena *arena)
{
	for (size_t i = 0; manager->places[i]; i++)
		if (exists(root, with_name(manager->places[i], name, arena), arena))
			return 1;
	return 0;
}

static const char *const *command(const struct manager *manager, const char *name,
				  struct arena *arena)
{
	const size_t room = sizeof(manager->argv) / sizeof(*manager->argv);
	const char **argv = arena_array(arena, room, sizeof(*argv));

	for (size_t i = 0; manager->argv[i]; i++)
		argv[i] = with_name(manager->argv[i], name, arena);
	return argv;
}

const char *const *service_start_command(const char *root, const char *const *names,
					 const char **which, struct arena *arena)
{
	const struct manager *manager = managers;
	const struct manager *end = managers + sizeof(managers) / sizeof(*managers);

	while (manager < end && !exists(root, manager->evidence, arena))
		manager++;
	for (size_t i = 0; manager < end && names[i]; i++)
		if (has_service(root, manager, names[i], arena)) {
			*which = names[i];
			return command(manager, names[i], arena);
		}
	return NULL;
}
