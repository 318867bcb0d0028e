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
	const char *status[7]; /* NULL: no more than its start has said */
} managers[] = {
	{"/run/systemd/system",
	 {"systemctl", "start", NAME},
	 {"/etc/systemd/system/" NAME ".service", "/run/systemd/system/" NAME ".service",
	  "/usr/lib/systemd/system/" NAME ".service", "/lib/systemd/system/" NAME ".service",
	  "/etc/init.d/" NAME},
	 {"systemctl", "status", "--no-pager", "--full", "--lines=20", NAME}},
	{"/sbin/rc-service", {"rc-service", NAME, "start"}, {"/etc/init.d/" NAME}, {NULL}},
	{"/usr/sbin/rc-service", {"rc-service", NAME, "start"}, {"/etc/init.d/" NAME}, {NULL}},
	/* sysv, and Gentoo's baselayout 1 */
	{"/etc/init.d", {"/etc/init.d/" NAME, "start"}, {"/etc/init.d/" NAME}, {NULL}},
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

/* `words`: of the table, at most `room` with the NULL. */
static const char *const *command(const char *const *words, size_t room, const char *name,
				  struct arena *arena)
{
	const char **argv = arena_array(arena, room, sizeof(*argv));

	for (size_t i = 0; words[i]; i++)
		argv[i] = with_name(words[i], name, arena);
	return argv;
}

static const struct manager *find_manager(const char *root, struct arena *arena)
{
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers); i++)
		if (exists(root, managers[i].evidence, arena))
			return &managers[i];
	return NULL;
}

const char *const *service_start_command(const char *root, const char *const *names,
					 const char **which, struct arena *arena)
{
	const struct manager *manager = find_manager(root, arena);

	for (size_t i = 0; manager && names[i]; i++)
		if (has_service(root, manager, names[i], arena)) {
			*which = names[i];
			return command(manager->argv, sizeof(manager->argv) / sizeof(char *),
				       names[i], arena);
		}
	return NULL;
}

const char *const *service_status_command(const char *root, const char *name, struct arena *arena)
{
	const struct manager *manager = find_manager(root, arena);

	if (!manager || !manager->status[0])
		return NULL;
	return command(manager->status, sizeof(manager->status) / sizeof(char *), name, arena);
}
