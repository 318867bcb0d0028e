/* The same rules as agent/os/managers.c and the init dialects have for a tree. */
#include "facts/network_choice.h"

#include <string.h>

enum init { INIT_UNKNOWN, INIT_SYSTEMD, INIT_OPENRC, INIT_SYSV };
enum starts { NO, YES, MAYBE };

struct system {
	const struct manager_signs *signs;
	const struct job_services *services;
	enum init init;
};

/* As agent/os/detect.c; where systemd is installed and /sbin/init leads there by further links, names don't tell. */
static enum init init_of(const struct facts *root)
{
	if (root->managers.systemd)
		return INIT_SYSTEMD;
	if (facts_has(root, FACTS_INIT, "systemd"))
		return INIT_UNKNOWN;
	if (facts_has(root, FACTS_INIT, "openrc"))
		return INIT_OPENRC;
	return facts_has(root, FACTS_INIT, "sysv") ? INIT_SYSV : INIT_UNKNOWN;
}

static bool lists(const struct strings *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->item[i], name))
			return true;
	return false;
}

/* "netctl@eth0" of "netctl". */
static bool lists_instance(const struct strings *list, const char *name)
{
	const size_t size = strlen(name);

	for (size_t i = 0; i < list->count; i++)
		if (!strncmp(list->item[i], name, size) && list->item[i][size] == '@')
			return true;
	return false;
}

static unsigned signs_of(const struct system *system, const char *name)
{
	const int place = manager_sign_place(name, strlen(name));

	return place < 0 ? 0 : system->signs->services[place];
}

/* What the init finds of it, and what starts it. */
static void find(const struct system *system, unsigned signs, bool *found, bool *linked)
{
	const bool unit = system->init == INIT_SYSTEMD && signs & (SIGN_UNIT | SIGN_MASKED);

	*found = signs & (unit ? SIGN_UNIT : SIGN_SCRIPT);
	*linked = unit ? signs & SIGN_WANTED && !(signs & SIGN_MASKED) : signs & SIGN_RUNLEVEL;
}

static enum starts service_starts(const struct system *system, const char *name)
{
	const unsigned signs = signs_of(system, name);
	const struct job_services *services = system->services;
	bool found, linked;

	if (signs & SIGN_INSTANCE)
		return lists_instance(&services->disable, name) ? MAYBE : YES;
	if (signs & SIGN_JOB && system->init != INIT_SYSTEMD)
		return YES;
	find(system, signs, &found, &linked);
	if (!found)
		return NO;
	if (lists(&services->enable, name))
		return YES;
	return linked && !lists(&services->disable, name) ? YES : NO;
}

static enum starts own_way(const struct system *system, enum network_manager_id id)
{
	const unsigned signs = signs_of(system, network_managers[id].name);

	if (id == MANAGER_NETPLAN)
		return signs & SIGN_UNIT && signs & SIGN_WANTED && !(signs & SIGN_MASKED);
	/* Gentoo's links are newroot's to make, so none has to be there. */
	return signs & SIGN_SCRIPT && (signs & SIGN_RUNLEVEL || system->init == INIT_OPENRC);
}

static enum starts manager_starts(const struct system *system, enum network_manager_id id)
{
	const struct network_manager *manager = &network_managers[id];
	enum starts starts = NO;

	if (!manager->services[0])
		return own_way(system, id);
	if (manager->needs && !system->signs->needs[id])
		return NO;
	for (size_t i = 0; i < MANAGER_SERVICES_MAX && manager->services[i] && starts != YES; i++) {
		const enum starts one = service_starts(system, manager->services[i]);

		starts = one == NO ? starts : one;
	}
	return starts;
}

enum network_choice network_choose(const struct facts *root, const struct job_services *services,
				   const struct network_manager **manager)
{
	const struct system system = {&root->managers, services, init_of(root)};
	enum network_choice choice = NETWORK_NONE;

	*manager = NULL;
	if (!root->managers_known || system.init == INIT_UNKNOWN)
		return NETWORK_UNCERTAIN;
	for (int id = 0; id < MANAGERS; id++) {
		const enum starts starts = manager_starts(&system, (enum network_manager_id)id);

		if (starts == NO)
			continue;
		*manager = &network_managers[id];
		if (starts == YES && !(*manager)->written)
			return NETWORK_UNWRITTEN;
		if (choice == NETWORK_NONE)
			choice = starts == YES ? NETWORK_WRITTEN : NETWORK_UNCERTAIN;
	}
	return choice;
}
