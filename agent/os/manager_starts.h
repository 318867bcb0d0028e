/* For managers.c: which managers of the network the new system would start, each by its own way. */
#ifndef NEWROOT_OS_MANAGER_STARTS_H
#define NEWROOT_OS_MANAGER_STARTS_H

#include "os/dialect.h"

#define MANAGER_SERVICES_MAX 3
#define NETIFRC              "/etc/init.d/net.lo"

struct system {
	const struct changes *changes;
	const struct init_dialect *init;
	const struct job_services *wishes;
};

struct manager;

/* Sets `yes`. Errors: ERR_CONFIGURE. */
typedef int manager_question(const struct system *system, const struct manager *manager, bool *yes,
			     struct err *err);

/* A row: the first one that starts and can be written is taken. */
struct manager {
	const char *name; /* for people */
	manager_question *starts;
	const char *services[MANAGER_SERVICES_MAX]; /* any of them */
	const char *needs;                          /* and this is there; NULL: nothing more */
	const char *job;                       /* or else this job of upstart, before systemd */
	const struct network_dialect *dialect; /* NULL: newroot cannot write its files */
};

/* By its services, an instance of them, or its job. */
manager_question manager_service_starts;
/* netplan: a generator of systemd, which reads YAML files. netifrc: links to the scripts of interfaces. */
manager_question manager_netplan_starts, manager_netifrc_starts;
/* NetworkManager, where it reads ifcfg files and there are some. */
manager_question manager_ifcfg_starts;

#endif
