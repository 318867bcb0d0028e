#include "os/managers.h"

#include <string.h>

#include "facts/network_managers.h"
#include "os/systemd_units.h"

#define RUNLEVELS       "/etc/runlevels"
#define NETIFRC         "/etc/init.d/net.lo"
#define NM_LEAVES_ALONE "/etc/NetworkManager/conf.d/newroot-unmanaged.conf"
#define NETPLAN_PROGRAM "systemd/system-generators/netplan"
#define NETPLAN_MASK    "/etc/systemd/system-generators/netplan"
#define IFCFG_PLUGIN    "libnm-settings-plugin-ifcfg-rh.so"
#define COUNT(array)    (sizeof(array) / sizeof(*(array)))

struct system {
	const struct changes *changes;
	const struct init_dialect *init;
	const struct job_services *wishes;
};

static bool lists(const struct strings *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->item[i], name))
			return true;
	return false;
}

/* Links of the vendor's own, which no `systemctl disable` takes away. */
static bool is_wanted_by_vendor(const struct changes *changes, const char *name)
{
	static const char *const folders[] = {"/usr/lib/systemd/system/multi-user.target.wants",
					      "/usr/lib/systemd/system/sysinit.target.wants",
					      "/lib/systemd/system/multi-user.target.wants",
					      "/lib/systemd/system/sysinit.target.wants"};

	for (size_t i = 0; i < COUNT(folders); i++)
		if (target_exists(changes->target,
				  arena_printf(changes->arena, "%s/%s.service", folders[i], name)))
			return true;
	return false;
}

/* "netctl@eth0.5" of "netctl@eth0.5.service". */
static const char *without_suffix(const char *unit, struct arena *arena)
{
	const char *dot = strrchr(unit, '.');

	return dot ? arena_printf(arena, "%.*s", (int)(dot - unit), unit) : unit;
}

/* "netctl@eth0.service": one interface each. */
static int instance_starts(const struct system *system, const char *name, bool *yes,
			   struct err *err)
{
	struct arena *arena = system->changes->arena;
	struct target_names names;

	if (target_list(system->changes->target, SYSTEMD_UNITS "/multi-user.target.wants",
			arena_printf(arena, "%s@", name), arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		*yes |= !lists(&system->wishes->disable, without_suffix(names.item[i], arena));
	return 0;
}

/* A masked unit has its links still; the mask is of the unit's own name, whatever alias was asked for. */
static bool is_masked(const struct service *service)
{
	for (size_t i = 0; i < service->stops.count; i++)
		if (!strcmp(service->stops.item[i].to, "/dev/null"))
			return true;
	return false;
}

/* By this name, or by that of a link which starts it: an alias has the links of the unit that it stands for. */
static bool is_switched_off(const struct system *system, const struct service *service)
{
	const struct strings *disable = &system->wishes->disable;

	for (size_t i = 0; i < service->starts.count; i++)
		if (lists(disable, without_suffix(strrchr(service->starts.item[i].path, '/') + 1,
						  system->changes->arena)))
			return true;
	return lists(disable, service->name);
}

static int service_starts(const struct system *system, const char *name, bool *yes, struct err *err)
{
	struct service service = {.name = name};

	if (system->init->service(system->changes, name, &service, err) ||
	    instance_starts(system, name, yes, err))
		return -1;
	if (!service.found)
		return 0;
	if (lists(&system->wishes->enable, name))
		*yes = true;
	else if (!is_switched_off(system, &service) && !is_masked(&service))
		*yes |= service.starts.count || is_wanted_by_vendor(system->changes, name);
	return 0;
}

/* Before systemd: it has a job of its own, which no link has to start. */
static bool upstart_starts(const struct system *system, const char *name)
{
	return system->init != &init_systemd &&
	       target_exists(system->changes->target,
			     arena_printf(system->changes->arena, "/etc/init/%s.conf", name));
}

static int any_service_starts(const struct system *system, const struct network_manager *manager,
			      bool *yes, struct err *err)
{
	*yes = false;
	for (size_t i = 0; i < MANAGER_SERVICES_MAX && manager->services[i]; i++) {
		*yes |= upstart_starts(system, manager->services[i]);
		if (service_starts(system, manager->services[i], yes, err))
			return -1;
	}
	*yes = *yes && (!manager->needs || target_exists(system->changes->target, manager->needs));
	return 0;
}

/* A generator of systemd, which reads the YAML files and starts what renders them. */
static int netplan_starts(const struct system *system, const struct network_manager *manager,
			  bool *yes, struct err *err)
{
	const struct changes *changes = system->changes;
	struct target_names names;
	struct stat st;

	(void)manager;
	*yes = false;
	if ((!target_exists(changes->target, "/usr/lib/" NETPLAN_PROGRAM) &&
	     !target_exists(changes->target, "/lib/" NETPLAN_PROGRAM)) ||
	    target_lstat(changes->target, NETPLAN_MASK, &st))
		return 0;
	if (target_list(changes->target, NETPLAN_FOLDER, "", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *end = strrchr(names.item[i], '.');

		*yes |= end && !strcmp(end, ".yaml");
	}
	return 0;
}

/* A link of a runlevel to the script of an interface, beside that of loopback. */
static int netifrc_starts(const struct system *system, const struct network_manager *manager,
			  bool *yes, struct err *err)
{
	const struct changes *changes = system->changes;
	struct target_names levels, names;

	(void)manager;
	*yes = false;
	if (!target_exists(changes->target, NETIFRC))
		return 0;
	if (target_list(changes->target, RUNLEVELS, "", changes->arena, &levels, err))
		return -1;
	for (size_t l = 0; l < levels.count; l++) {
		const char *folder = arena_printf(changes->arena, RUNLEVELS "/%s", levels.item[l]);

		if (target_list(changes->target, folder, "net.", changes->arena, &names, err))
			return -1;
		for (size_t i = 0; i < names.count; i++)
			*yes |= strcmp(names.item[i], "net.lo") != 0;
	}
	return 0;
}

/* It lies below a folder of NetworkManager's version, or of the library's. */
static int has_ifcfg_plugin(const struct changes *changes, bool *yes, struct err *err)
{
	static const char *const folders[] = {"/usr/lib64/NetworkManager",
					      "/usr/lib/NetworkManager"};
	struct target_names names;

	for (size_t f = 0; f < COUNT(folders) && !*yes; f++) {
		*yes = target_exists(changes->target,
				     arena_printf(changes->arena, "%s/" IFCFG_PLUGIN, folders[f]));
		if (target_list(changes->target, folders[f], "", changes->arena, &names, err))
			return -1;
		for (size_t i = 0; i < names.count; i++)
			*yes |= target_exists(changes->target,
					      arena_printf(changes->arena, "%s/%s/" IFCFG_PLUGIN,
							   folders[f], names.item[i]));
	}
	return 0;
}

/* NetworkManager of RHEL 7 and 8: it reads ifcfg files, and the system has them. RHEL 9 could, but uses keyfiles. */
static int ifcfg_manager_starts(const struct system *system, const struct network_manager *manager,
				bool *yes, struct err *err)
{
	const struct changes *changes = system->changes;
	bool plugin = false, ifcfg = false;
	struct target_names names;

	if (any_service_starts(system, manager, yes, err))
		return -1;
	if (!*yes)
		return 0;
	if (has_ifcfg_plugin(changes, &plugin, err) ||
	    target_list(changes->target, RHEL_SCRIPTS, "ifcfg-", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		ifcfg |= strcmp(names.item[i], "ifcfg-lo") != 0;
	*yes = plugin && ifcfg;
	return 0;
}

/* Who writes for a manager of the list; no dialect: nobody, as its row says. */
static const struct writer {
	const struct network_dialect *dialect;
	/* NULL: any of its services does. */
	int (*starts)(const struct system *system, const struct network_manager *manager, bool *yes,
		      struct err *err);
} writers[MANAGERS] = {
	[MANAGER_NETPLAN] = {&network_netplan, netplan_starts},
	[MANAGER_RHEL_SCRIPTS] = {&network_rhel, NULL},
	[MANAGER_WICKED] = {&network_suse, NULL},
	[MANAGER_IFUPDOWN] = {&network_debian, NULL},
	[MANAGER_NETIFRC] = {&network_gentoo, netifrc_starts},
	[MANAGER_IFCFG] = {&network_rhel, ifcfg_manager_starts},
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

		if ((writer->starts ? writer->starts : any_service_starts)(&system, manager, &yes,
									   err))
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
	if (any_service_starts(&system, &network_managers[MANAGER_NETWORK_MANAGER], &yes, err))
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
