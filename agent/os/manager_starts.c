#include "os/manager_starts.h"

#include <string.h>

#include "os/systemd_units.h"

#define RUNLEVELS       "/etc/runlevels"
#define NETPLAN_PROGRAM "systemd/system-generators/netplan"
#define NETPLAN_MASK    "/etc/systemd/system-generators/netplan"
#define IFCFG_PLUGIN    "libnm-settings-plugin-ifcfg-rh.so"
#define COUNT(array)    (sizeof(array) / sizeof(*(array)))

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
		*yes |= !strings_have(&system->wishes->disable,
				      without_suffix(names.item[i], arena));
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
		if (strings_have(disable,
				 without_suffix(strrchr(service->starts.item[i].path, '/') + 1,
						system->changes->arena)))
			return true;
	return strings_have(disable, service->name);
}

static int service_starts(const struct system *system, const char *name, bool *yes, struct err *err)
{
	const char *unit = arena_printf(system->changes->arena, "%s.service", name);
	struct service service = {.name = name};
	bool wanted = false;

	if (system->init->service(system->changes, name, &service, err) ||
	    instance_starts(system, name, yes, err) ||
	    systemd_wanted_by_vendor(system->changes, unit, &wanted, err))
		return -1;
	if (!service.found)
		return 0;
	if (strings_have(&system->wishes->enable, name))
		*yes = true;
	else if (!is_switched_off(system, &service) && !is_masked(&service))
		*yes |= service.starts.count || wanted;
	return 0;
}

/* Before systemd: it has a job of its own, which no link has to start. */
static bool upstart_starts(const struct system *system, const char *name)
{
	return system->init != &init_systemd &&
	       target_exists(system->changes->target,
			     arena_printf(system->changes->arena, "/etc/init/%s.conf", name));
}

int manager_service_starts(const struct system *system, const struct network_manager *manager,
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
int manager_netplan_starts(const struct system *system, const struct network_manager *manager,
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
int manager_netifrc_starts(const struct system *system, const struct network_manager *manager,
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
int manager_ifcfg_starts(const struct system *system, const struct network_manager *manager,
			 bool *yes, struct err *err)
{
	const struct changes *changes = system->changes;
	bool plugin = false, ifcfg = false;
	struct target_names names;

	if (manager_service_starts(system, manager, yes, err))
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
