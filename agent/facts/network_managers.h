/*
 * Which network manager an archive's system would start, by the names and links in it: as agent/os/managers.c finds it in
 * the unpacked tree, as far as names and links tell.
 */
#ifndef NEWROOT_FACTS_NETWORK_MANAGERS_H
#define NEWROOT_FACTS_NETWORK_MANAGERS_H

#include <stdbool.h>
#include <stddef.h>

#define MANAGER_SERVICES_MAX 3 /* NULL behind the last one: two at most */

enum network_manager_id {
#define MANAGER(id, ...) MANAGER_##id,
#include "facts/network_managers.def"
#undef MANAGER
	MANAGERS,
};

struct network_manager {
	const char *name;
	bool written;      /* newroot writes its files */
	const char *needs; /* path of the tree; "/." at its end: a folder; NULL: nothing more */
	const char *services[MANAGER_SERVICES_MAX]; /* any of them; none: a way of its own */
};

extern const struct network_manager network_managers[MANAGERS];

/* What tells of a service, or of the way of its own of a manager. */
enum manager_sign {
	SIGN_UNIT = 1 << 0,     /* of systemd; netplan's generator */
	SIGN_SCRIPT = 1 << 1,   /* of /etc/init.d; netifrc's net.lo */
	SIGN_JOB = 1 << 2,      /* of upstart */
	SIGN_WANTED = 1 << 3,   /* by a link of systemd; netplan has files */
	SIGN_RUNLEVEL = 1 << 4, /* by a link of SysV's or OpenRC's runlevels */
	SIGN_INSTANCE = 1 << 5, /* "netctl@eth0" is wanted */
	SIGN_MASKED = 1 << 6,
};
#define MANAGER_SIGNS 7

/* Of all services of the list, by their names, and of managers without services by theirs. */
struct manager_signs {
	unsigned services[MANAGERS * MANAGER_SERVICES_MAX];
	bool needs[MANAGERS];
	bool systemd; /* /sbin/init leads to systemd */
};

/* The place of a service's signs; or -1. Managers that share a service share its place. */
int manager_sign_place(const char *service, size_t size);
/* The name that has this place; NULL: none. */
const char *manager_sign_service(size_t place);

/* Note what a path says, without a leading "/". `to`: where the symbolic link leads; NULL: it is none. */
void manager_signs_mark(struct manager_signs *signs, const char *path, const char *to);

#endif
