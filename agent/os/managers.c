#include "os/managers.h"

#include "os/manager_starts.h"

#define NM_LEAVES_ALONE "/etc/NetworkManager/conf.d/newroot-unmanaged.conf"
/* Debian's script and upstart's job have a name of their own. */
#define NETWORK_MANAGER     "NetworkManager", "network-manager"
#define NETWORK_MANAGER_JOB "/etc/init/network-manager.conf"
#define COUNT(array)        (sizeof(array) / sizeof(*(array)))

#define SERVICES(...) .starts = manager_service_starts, .services = {__VA_ARGS__}

static const struct manager managers[] = {
	{.name = "netplan", .starts = manager_netplan_starts, .dialect = &network_netplan},
	{.name = "the network scripts of RHEL",
	 SERVICES("network"),
	 .needs = RHEL_SCRIPTS "/.",
	 .dialect = &network_rhel},
	{.name = "wicked",
	 SERVICES("wicked"),
	 .needs = SUSE_NETWORK "/.",
	 .dialect = &network_suse},
	{.name = "ifupdown",
	 SERVICES("networking", "ifupdown"),
	 .needs = "/etc/network/.",
	 .job = "/etc/init/networking.conf",
	 .dialect = &network_debian},
	{.name = "netifrc", .starts = manager_netifrc_starts, .dialect = &network_gentoo},
	{.name = "NetworkManager with ifcfg files",
	 .starts = manager_ifcfg_starts,
	 .services = {"NetworkManager"},
	 .needs = RHEL_SCRIPTS "/.",
	 .dialect = &network_rhel},
	{.name = "NetworkManager",
	 SERVICES(NETWORK_MANAGER),
	 .job = NETWORK_MANAGER_JOB,
	 .dialect = &network_manager},
	{.name = "systemd-networkd", SERVICES("systemd-networkd"), .dialect = &network_networkd},
	{.name = "ConnMan", SERVICES("connman")},
	{.name = "dhcpcd", SERVICES("dhcpcd")},
	{.name = "netctl", SERVICES("netctl", "netctl-auto")},
	{.name = "wicd", SERVICES("wicd")},
	{.name = "OpenRC's own network script",
	 SERVICES("network"),
	 .needs = "/etc/conf.d/network"},
};

static const struct network_dialect *refuse(const struct manager *manager, struct err *err)
{
	err_set(err, ERR_CONFIGURE, manager->services[0],
		"%s starts at boot and would configure the network, but newroot cannot write its files; name its service (%s, or %s@INTERFACE) in /services/disable, and in /services/enable one that newroot knows, unless it starts already",
		manager->name, manager->services[0], manager->services[0]);
	return NULL;
}

/* Of one manager, what is installed: its services that could be switched on. */
static int add_installed(const struct system *system, const struct manager *manager,
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

	for (size_t i = 0; i < COUNT(managers); i++) {
		if (!managers[i].dialect)
			continue;
		text_printf(&known, "%s%s", known.size ? ", " : "", managers[i].name);
		if (add_installed(system, &managers[i], &off, err))
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

	for (size_t i = 0; i < COUNT(managers); i++) {
		bool yes = false;

		if (managers[i].starts(&system, &managers[i], &yes, err))
			return NULL;
		if (yes && !managers[i].dialect)
			return refuse(&managers[i], err);
		if (yes && !found)
			found = managers[i].dialect;
	}
	if (!found && is_gentoo(&system))
		found = &network_gentoo;
	return found ? found : none_starts(&system, err);
}

static int network_manager_starts(const struct system *system, bool *yes, struct err *err)
{
	static const struct manager row = {SERVICES(NETWORK_MANAGER), .job = NETWORK_MANAGER_JOB};

	return manager_service_starts(system, &row, yes, err);
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
	if (network_manager_starts(&system, &yes, err))
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
