#include "os/interface_names.h"

#include <ctype.h>
#include <string.h>

#include "job/interface_name.h"
#include "os/dialect.h"

#define FOLDER "/etc/udev/rules.d"
#define RULES  FOLDER "/70-persistent-net.rules"

/* What the same file was called by Debian 4 and by old SUSEs. */
static const char *const old_rules[] = {"z25_persistent-net.rules",
					"30-net_persistent_names.rules"};

static const char *lower(struct arena *arena, const char *mac)
{
	char *copy = arena_strdup(arena, mac);

	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/*
 * The file's attribute of a NIC. Udev knows ATTR since 098; one before it (RHEL 5 has 095) drops such a key and keeps
 * the rest of the rule, which would give every NIC the name. SYSFS went with 175; the rules moved to rules.d with 136.
 */
static const char *attribute_key(const struct target *target)
{
	return target_exists(target, "/lib/udev/rules.d") ||
			       target_exists(target, "/usr/lib/udev/rules.d")
		       ? "ATTR"
		       : "SYSFS";
}

void interface_names_render(struct changes *changes, const struct job_network *network)
{
	const char *key = attribute_key(changes->target);
	struct text text = {.arena = changes->arena};
	bool any = target_exists(changes->target, RULES);

	text_printf(&text, WRITTEN_BY);
	for (size_t i = 0; i < network->interface_count; i++) {
		const struct job_interface *interface = &network->interfaces[i];

		if (!interface->mac)
			continue;
		any = true;
		text_printf(
			&text,
			"SUBSYSTEM==\"net\", ACTION==\"add\", %s{address}==\"%s\", %s{type}==\"1\", NAME=\"%s\"\n",
			key, lower(changes->arena, interface->mac), key, interface->name);
	}
	if (any)
		changes_file(changes, RULES, &text)->keep_old = true;
	for (size_t i = 0; i < sizeof(old_rules) / sizeof(*old_rules); i++) {
		const char *path = arena_printf(changes->arena, FOLDER "/%s", old_rules[i]);
		struct stat st;

		if (target_lstat(changes->target, path, &st))
			changes_aside(
				changes, path,
				arena_printf(changes->arena, "%s.premigration", old_rules[i]));
	}
}

bool interface_names_are_kernels(const struct job_network *network)
{
	for (size_t i = 0; i < network->interface_count; i++)
		if (!interface_name_is_kernels(network->interfaces[i].name))
			return false;
	return network->interface_count > 0;
}
