#include "os/managers.h"

#include "os/manager_starts.h"

#define NM_LEAVES_ALONE "/etc/NetworkManager/conf.d/newroot-unmanaged.conf"

/* Who writes for a manager of the list; no dialect: nobody, as its row says. */
static const struct writer {
	const struct network_dialect *dialect;
	/* NULL: any of its services does. */
	manager_question *starts;
} writers[MANAGERS] = {
	[MANAGER_NETPLAN] = {&network_netplan, manager_netplan_starts},
	[MANAGER_RHEL_SCRIPTS] = {&network_rhel, NULL},
	[MANAGER_WICKED] = {&network_suse, NULL},
	[MANAGER_IFUPDOWN] = {&network_debian, NULL},
	[MANAGER_NETIFRC] = {&network_gentoo, manager_netifrc_starts},
	[MANAGER_IFCFG] = {&network_rhel, manager_ifcfg_starts},
	[MANAGER_NETWORK_MANAGER] = {&network_manager, NULL},
	[MANAGER_NETWORKD] = {&network_networkd, NULL},
};

static const struct network_dialect *refuse(const struct network_manager *manager, struct err *err)
{
	err_set(err, ERR_CONFIGURE, manager->services[0],
		"%s starts at boot and would configure the network, but newroot cannot write its files; name its service (%s, or %s@INTERFACE) in /services/disable, and in /services/enable one that newroot knows, unless it starts already",
		manager->name, manager->services[0], manager->services[0]);
	return NULL;
}

/* Of one manager, what is installed: its services that could be switched on. */
static int add_installed(const struct system *system, const struct network_manager *manager,
			 struct text *names, struct err *err)
{
	for (size_t i = 0; i < MANAGER_SERVICES_MAX && manager->services[i]; i++) {
		struct service service = {.name = manager->services[i]};

		if (system->init->service(system->changes, service.name, &service, err))
			return -1;
		if (service.found)
			text_printf(names, " %s", service.name);
	}
	return 0;
}

static const struct network_dialect *none_starts(const struct system *system, struct err *err)
{
	struct text known = {.arena = system->changes->arena}, off = {.arena = known.arena};

	for (size_t i = 0; i < MANAGERS; i++) {
		if (!network_managers[i].written)
			continue;
		text_printf(&known, "%s%s", known.size ? ", " : "", network_managers[i].name);
		if (add_installed(system, &network_managers[i], &off, err))
			return NULL;
	}
	err_set(err, ERR_CONFIGURE, system->changes->target->root,
		"nothing that newroot knows configures the network when the unpacked system boots; looked for %s; services that /services/enable of the job could switch on:%s",
		known.data, off.size ? off.data : " none");
	return NULL;
}

/* Its links are newroot's to make, so none has to be there. */
static bool is_gentoo(const struct system *system)
{
	return system->init == &init_openrc && target_exists(system->changes->target, NETIFRC);
}

const struct network_dialect *managers_find(const struct changes *changes,
					    const struct init_dialect *init,
					    const struct job_services *wishes, struct err *err)
{
	const struct system system = {changes, init ? init : &init_sysv, wishes};
	const struct network_dialect *found = NULL;

	for (size_t i = 0; i < MANAGERS; i++) {
		const struct network_manager *manager = &network_managers[i];
		const struct writer *writer = &writers[i];
		bool yes = false;

		if ((writer->starts ? writer->starts : manager_service_starts)(&system, manager,
									       &yes, err))
			return NULL;
		if (yes && !writer->dialect)
			return refuse(manager, err);
		if (yes && !found)
			found = writer->dialect;
	}
	if (!found && is_gentoo(&system))
		found = &network_gentoo;
	return found ? found : none_starts(&system, err);
}

/* netplan tells it itself; with ifcfg files it does the same as the network scripts. */
int managers_quiet(struct changes *changes, const struct init_dialect *init,
		   const struct network_dialect *chosen, const struct job *job, struct err *err)
{
	const struct system system = {changes, init ? init : &init_sysv, &job->services};
	struct text text = {.arena = changes->arena};
	bool yes = false;

	if (chosen == &network_manager || chosen == &network_netplan || chosen == &network_rhel)
		return 0;
	if (manager_service_starts(&system, &network_managers[MANAGER_NETWORK_MANAGER], &yes, err))
		return -1;
	if (!yes)
		return 0;
	text_printf(&text, WRITTEN_BY "[keyfile]\nunmanaged-devices=");
	for (size_t i = 0; i < job->network.interface_count; i++)
		text_printf(&text, "%sinterface-name:%s", i ? ";" : "",
			    job->network.interfaces[i].name);
	text_printf(&text, "\n");
	changes_file(changes, NM_LEAVES_ALONE, &text);
	return 0;
}
