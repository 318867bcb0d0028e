#include "os/systemd_units.h"

#include <string.h>

#include "os/unit_file.h"

#define MASK       "/dev/null"
#define MACHINE_ID "/etc/machine-id"
#define FOLLOW_MAX 4 /* aliases of aliases */

static const char *const vendor_folders[] = {"/usr/lib/systemd/system", "/lib/systemd/system"};
#define VENDORS (sizeof(vendor_folders) / sizeof(*vendor_folders))

/* What [Install] says. Also= is heard only as a sign that the unit can be enabled: its units are named alike. */
struct install {
	struct service_links links;
	bool given;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && !strcmp(text + size - end_size, end);
}

static bool is_mask(const struct changes *changes, const char *path)
{
	const char *to = target_link(changes->target, path, changes->arena);

	return to && !strcmp(to, MASK);
}

static const char *file_in(const struct changes *changes, const char *folder, const char *unit)
{
	const char *path = arena_printf(changes->arena, "%s/%s", folder, unit);

	return target_exists(changes->target, path) && !is_mask(changes, path) ? path : NULL;
}

static const char *file_named(const struct changes *changes, const char *unit)
{
	const char *path = file_in(changes, SYSTEMD_UNITS, unit);

	for (size_t i = 0; i < VENDORS && !path; i++)
		path = file_in(changes, vendor_folders[i], unit);
	return path;
}

const char *systemd_unit_file(const struct changes *changes, const char *unit)
{
	const char *path = file_named(changes, unit), *at = strchr(unit, '@');

	if (path || !at)
		return path;
	/* "getty@tty2.service" is made of "getty@.service". */
	return file_named(changes, arena_printf(changes->arena, "%.*s@%s", (int)(at - unit), unit,
						strrchr(unit, '.')));
}

bool systemd_knows(const struct changes *changes, const char *unit)
{
	struct stat st;

	for (size_t i = 0; i < VENDORS; i++)
		if (target_lstat(changes->target,
				 arena_printf(changes->arena, "%s/%s", vendor_folders[i], unit),
				 &st))
			return true;
	return file_named(changes, unit) ||
	       is_mask(changes, arena_printf(changes->arena, SYSTEMD_UNITS "/%s", unit));
}

/* The unit's own name, of any of its aliases: nfs-kernel-server.service -> nfs-server.service. */
static const char *own_name(const struct changes *changes, const char *unit)
{
	for (int i = 0; i < FOLLOW_MAX; i++) {
		const char *path = file_named(changes, unit);
		const char *to = path ? target_link(changes->target, path, changes->arena) : NULL;

		if (!to || !strcmp(base_name(to), unit))
			break;
		unit = base_name(to);
	}
	return unit;
}

/* Does the entry of a folder stand for the unit, by its name or by where it points? */
static bool stands_for(const struct changes *changes, const char *path, const char *unit)
{
	const char *to;

	if (!strcmp(base_name(path), unit))
		return true;
	to = target_link(changes->target, path, changes->arena);
	return to && !strcmp(base_name(to), unit);
}

static int read_folder(const struct changes *changes, const char *folder, const char *unit,
		       struct service_links *starts, struct err *err)
{
	struct target_names names;

	if (target_list(changes->target, folder, "", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *path = arena_printf(changes->arena, "%s/%s", folder, names.item[i]);

		if (stands_for(changes, path, unit) &&
		    service_links_read(starts, changes, path, err))
			return -1;
	}
	return 0;
}

static bool is_dependency_folder(const char *name)
{
	return ends_with(name, ".wants") || ends_with(name, ".requires");
}

/* Links of `systemctl enable`: in folders of units that want it, and aliases. */
static int read_starts(const struct changes *changes, const char *unit, struct service *service,
		       struct err *err)
{
	struct target_names names;

	if (target_list(changes->target, SYSTEMD_UNITS, "", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *path = arena_printf(changes->arena, SYSTEMD_UNITS "/%s", names.item[i]);

		if (is_dependency_folder(names.item[i])) {
			if (read_folder(changes, path, unit, &service->starts, err))
				return -1;
		} else if (strcmp(names.item[i], unit) != 0 && stands_for(changes, path, unit) &&
			   service_links_read(&service->starts, changes, path, err)) {
			return -1;
		}
	}
	return 0;
}

int systemd_wanted_by_vendor(const struct changes *changes, const char *unit, bool *wanted,
			     struct err *err)
{
	for (size_t v = 0; v < VENDORS; v++) {
		struct target_names names;

		if (target_list(changes->target, vendor_folders[v], "", changes->arena, &names,
				err))
			return -1;
		for (size_t i = 0; i < names.count; i++)
			if (is_dependency_folder(names.item[i]))
				*wanted |= target_exists(changes->target,
							 arena_printf(changes->arena, "%s/%s/%s",
								      vendor_folders[v],
								      names.item[i], unit));
	}
	return 0;
}

/*
 * One word of a key of [Install]. Of a template (%i) the instances have links already, or none; what is no unit's name systemd
 * passes over.
 */
static void add_install_word(const struct changes *changes, const char *file, const char *unit,
			     const char *key, const char *word, struct service_links *links)
{
	struct arena *arena = changes->arena;

	if (!unit_name_is_valid(word))
		return;
	if (!strcmp(key, "Alias"))
		service_links_add(links, arena_printf(arena, SYSTEMD_UNITS "/%s", word), file,
				  arena);
	else
		service_links_add(links,
				  arena_printf(arena, SYSTEMD_UNITS "/%s.%s/%s", word,
					       key[0] == 'W' ? "wants" : "requires", unit),
				  file, arena);
}

/* What the assignments of one key say; one of nothing takes back those before it. */
struct install_key {
	const char *name;
	const char *values;
};

static void take_assignment(struct install_key *key, const struct unit_file *file)
{
	if (strcmp(key->name, file->key) != 0)
		return;
	key->values =
		file->value[0] ? arena_printf(file->arena, "%s %s", key->values, file->value) : "";
}

static int read_install(const struct changes *changes, const char *file, const char *unit,
			struct install *install, struct err *err)
{
	struct install_key keys[] = {
		{"WantedBy", ""}, {"RequiredBy", ""}, {"Alias", ""}, {"Also", ""}};
	struct unit_file text = {.arena = changes->arena};
	const char *word;

	if (target_read(changes->target, file, changes->arena, &text.rest, NULL, err))
		return -1;
	while (text.rest && unit_file_next(&text))
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			if (text.section && !strcmp(text.section, "Install"))
				take_assignment(&keys[k], &text);
	for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
		while ((word = unit_file_word(&keys[k].values, changes->arena))) {
			install->given = true;
			if (strcmp(keys[k].name, "Also") != 0)
				add_install_word(changes, file, unit, keys[k].name, word,
						 &install->links);
		}
	return 0;
}

/*
 * machine-id(5): without one, or with an empty one for systemd before 247, the next boot is a first boot, which enables
 * whatever its presets say.
 */
static int presets_come(const struct changes *changes, bool *come, struct err *err)
{
	const char *id;

	if (target_read(changes->target, MACHINE_ID, changes->arena, &id, NULL, err))
		return -1;
	*come = !id || id[0] == '\0' || id[0] == '\n' || !strncmp(id, "uninitialized", 13);
	return 0;
}

static int read_unit(const struct changes *changes, const char *unit, const char *file,
		     struct service *service, struct err *err)
{
	const char *mask = arena_printf(changes->arena, SYSTEMD_UNITS "/%s", unit);
	struct install install = {0};
	bool wanted = false, presets;
	struct stat st;

	if (read_starts(changes, unit, service, err) ||
	    systemd_wanted_by_vendor(changes, unit, &wanted, err) ||
	    read_install(changes, file, unit, &install, err) ||
	    presets_come(changes, &presets, err))
		return -1;
	service_links_add_all(&service->on, &service->starts, changes->arena);
	service_links_add_all(&service->on, &install.links, changes->arena);
	if (is_mask(changes, mask))
		return service_links_read(&service->stops, changes, mask, err);
	if (install.given && !wanted && !presets)
		return 0;
	if (!target_lstat(changes->target, mask, &st))
		service_links_add(&service->off, mask, MASK, changes->arena);
	else
		service->doubt = arena_printf(changes->arena,
					      "%s is a file, so that unit cannot be masked", mask);
	return 0;
}

static int add_unit(const struct changes *changes, const char *name, struct service *service,
		    struct err *err)
{
	const char *unit = own_name(changes, name);
	const char *file = systemd_unit_file(changes, unit);

	if (!file)
		return 0;
	service->found = true;
	return read_unit(changes, unit, file, service, err);
}

int systemd_service(const struct changes *changes, const char *name, struct service *service,
		    struct err *err)
{
	static const char *const suffixes[] = {".service", ".timer",     ".socket", ".path",
					       ".target",  ".automount", ".mount",  ".swap"};
	static const size_t activating = 4; /* of them: a service and what starts it */

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (ends_with(name, suffixes[i]))
			return add_unit(changes, name, service, err);
	for (size_t i = 0; i < activating; i++)
		if (add_unit(changes, arena_printf(changes->arena, "%s%s", name, suffixes[i]),
			     service, err))
			return -1;
	return 0;
}
