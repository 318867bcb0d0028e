/*
 * A service of the new system as the links that make its init system start it at boot, or keep it from
 * that. Init dialects describe it; nothing here is written.
 */
#ifndef NEWROOT_OS_SERVICE_H
#define NEWROOT_OS_SERVICE_H

#include "os/changes.h"

struct service_link {
	const char *path, *to; /* of the tree; where it points, as it stands there */
};

struct service_links {
	struct service_link *item;
	size_t count, room;
};

struct service {
	const char *name;
	bool found;                  /* the new system has it */
	struct service_links starts; /* there now: it starts at boot */
	struct service_links stops;  /* there now: it is kept off (K links, a mask) */
	struct service_links on;     /* what it starts by when it is enabled */
	struct service_links off;    /* what stands for `starts` when it is disabled */
	const char *doubt;           /* why it may start though it is disabled; NULL: it will not */
};

/* A path that is there already is not added again. */
void service_links_add(struct service_links *links, const char *path, const char *to,
		       struct arena *arena);
void service_links_add_all(struct service_links *links, const struct service_links *more,
			   struct arena *arena);
bool service_links_have(const struct service_links *links, const char *path);

/* The link `path` of the tree. Errors: ERR_CONFIGURE when it is a file, which could not be made again. */
int service_links_read(struct service_links *links, const struct changes *changes, const char *path,
		       struct err *err);

#endif
