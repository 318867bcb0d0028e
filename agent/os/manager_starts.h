/* For managers.c: which managers of the network the new system would start, each by its own way. */
#ifndef NEWROOT_OS_MANAGER_STARTS_H
#define NEWROOT_OS_MANAGER_STARTS_H

#include "facts/network_managers.h"
#include "os/dialect.h"

#define NETIFRC "/etc/init.d/net.lo"

struct system {
	const struct changes *changes;
	const struct init_dialect *init;
	const struct job_services *wishes;
};

/* Sets `yes`. Errors: ERR_CONFIGURE. */
typedef int manager_question(const struct system *system, const struct network_manager *manager,
			     bool *yes, struct err *err);

/* By its services, an instance of them, or its job. */
manager_question manager_service_starts;
/* netplan: a generator of systemd, which reads YAML files. netifrc: links to the scripts of interfaces. */
manager_question manager_netplan_starts, manager_netifrc_starts;
/* NetworkManager, where it reads ifcfg files and there are some. */
manager_question manager_ifcfg_starts;

#endif
