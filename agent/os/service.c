#include "os/service.h"

#include <string.h>

#define FIRST_ROOM 8 /* links of one service: one a runlevel */

bool service_links_have(const struct service_links *links, const char *path)
{
	for (size_t i = 0; i < links->count; i++)
		if (!strcmp(links->item[i].path, path))
			return true;
	return false;
}

void service_links_add(struct service_links *links, const char *path, const char *to,
		       struct arena *arena)
{
	if (service_links_have(links, path))
		return;
	if (links->count == links->room) {
		size_t room = links->room ? 2 * links->room : FIRST_ROOM;
		struct service_link *grown = arena_array(arena, room, sizeof(*grown));

		if (links->count)
			memcpy(grown, links->item, links->count * sizeof(*grown));
		links->item = grown;
		links->room = room;
	}
	links->item[links->count++] = (struct service_link){path, to};
}

void service_links_add_all(struct service_links *links, const struct service_links *more,
			   struct arena *arena)
{
	for (size_t i = 0; i < more->count; i++)
		service_links_add(links, more->item[i].path, more->item[i].to, arena);
}

int service_links_read(struct service_links *links, const struct changes *changes, const char *path,
		       struct err *err)
{
	const char *to = target_link(changes->target, path, changes->arena);

	if (!to)
		return err_set(
			err, ERR_CONFIGURE, path,
			"%s of the new system starts a service and is no symlink, so cutover could not make it again; replace it by a link in the archive",
			path);
	service_links_add(links, path, to, changes->arena);
	return 0;
}
