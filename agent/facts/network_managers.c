#include "facts/network_managers.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SERVICE      ".service"
#define ETC_UNITS    "etc/systemd/system/"
#define MASK         "/dev/null"

const struct network_manager network_managers[MANAGERS] = {
#define MANAGER(id, people, is_written, path, ...)                                                 \
	[MANAGER_##id] = {                                                                         \
		.name = people, .written = is_written, .needs = path, .services = {__VA_ARGS__}},
#include "facts/network_managers.def"
#undef MANAGER
};

/* Behind a prefix, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
	const size_t size = strlen(prefix);

	return strncmp(text, prefix, size) ? NULL : text + size;
}

const char *manager_sign_service(size_t place)
{
	const struct network_manager *manager = &network_managers[place / MANAGER_SERVICES_MAX];
	const size_t at = place % MANAGER_SERVICES_MAX;

	return at || manager->services[0] ? manager->services[at] : manager->name;
}

int manager_sign_place(const char *service, size_t size)
{
	for (size_t place = 0; place < (size_t)MANAGERS * MANAGER_SERVICES_MAX; place++) {
		const char *name = manager_sign_service(place);

		if (name && strlen(name) == size && !strncmp(name, service, size))
			return (int)place;
	}
	return -1;
}

static void add_sized(struct manager_signs *signs, const char *service, size_t size,
		      enum manager_sign sign)
{
	const int place = manager_sign_place(service, size);

	if (place >= 0)
		signs->services[place] |= sign;
}

static void add(struct manager_signs *signs, const char *service, enum manager_sign sign)
{
	add_sized(signs, service, strlen(service), sign);
}

/* Of the unit's file name, "connman.service"; a name of another kind says nothing. */
static void add_unit(struct manager_signs *signs, const char *unit, enum manager_sign sign)
{
	const size_t size = strlen(unit), end = strlen(SERVICE);

	if (size > end && !strcmp(unit + size - end, SERVICE))
		add_sized(signs, unit, size - end, sign);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A link in a folder of `systemctl enable` starts the unit of its name, and the one that it leads to. */
static void mark_wanted(struct manager_signs *signs, const char *unit, const char *to)
{
	const char *at = strchr(unit, '@');

	add_unit(signs, unit, SIGN_WANTED);
	if (to)
		add_unit(signs, base_name(to), SIGN_WANTED);
	if (at)
		add_sized(signs, unit, (size_t)(at - unit), SIGN_INSTANCE);
}

static bool ends_with(const char *text, size_t size, const char *end)
{
	const size_t end_size = strlen(end);

	return size >= end_size && !strncmp(text + size - end_size, end, end_size);
}

/* Below /etc/systemd/system: units, masks, aliases, links that start. */
static void mark_own_unit(struct manager_signs *signs, const char *path, const char *to)
{
	const char *slash = strchr(path, '/');
	const size_t folder = slash ? (size_t)(slash - path) : 0;

	if (slash && !strchr(slash + 1, '/') &&
	    (ends_with(path, folder, ".wants") || ends_with(path, folder, ".requires")))
		mark_wanted(signs, slash + 1, to);
	if (slash)
		return;
	if (to && !strcmp(to, MASK)) {
		add_unit(signs, path, SIGN_MASKED);
		return;
	}
	add_unit(signs, path, SIGN_UNIT);
	if (to && strcmp(base_name(to), path) != 0)
		add_unit(signs, base_name(to), SIGN_WANTED);
}

/* Below /lib/systemd/system. */
static void mark_vendor_unit(struct manager_signs *signs, const char *path)
{
	static const char *const wants[] = {"multi-user.target.wants/", "sysinit.target.wants/"};

	for (size_t i = 0; i < COUNT(wants); i++) {
		const char *unit = behind(path, wants[i]);

		if (unit && !strchr(unit, '/'))
			add_unit(signs, unit, SIGN_WANTED);
	}
	if (!strchr(path, '/'))
		add_unit(signs, path, SIGN_UNIT);
}

static void mark_systemd(struct manager_signs *signs, const char *path, const char *to)
{
	const char *own = behind(path, ETC_UNITS);
	const char *vendor = behind(path, "lib/systemd/system/");

	if (own)
		mark_own_unit(signs, own, to);
	if (vendor && !(to && !strcmp(to, MASK)))
		mark_vendor_unit(signs, vendor);
	if (to && (!strcmp(path, "sbin/init") || !strcmp(path, "bin/init")) &&
	    ends_with(to, strlen(to), "/systemd/systemd"))
		signs->systemd = true;
}

/* "etc/rc3.d/S10network", on RHEL below /etc/rc.d. */
static void mark_sysv_link(struct manager_signs *signs, const char *path)
{
	const char *rhel = behind(path, "etc/rc.d/"), *debian = behind(path, "etc/");
	const char *rest = rhel ? rhel : debian;

	if (!rest || strncmp(rest, "rc", 2) != 0 || !rest[2] || !strchr("S12345", rest[2]) ||
	    strncmp(rest + 3, ".d/S", 4) != 0 || strspn(rest + 7, "0123456789") < 2)
		return;
	add(signs, rest + 9, SIGN_RUNLEVEL);
}

static void mark_openrc_link(struct manager_signs *signs, const char *path)
{
	const char *level = behind(path, "etc/runlevels/");
	const char *name = level ? strchr(level, '/') : NULL;

	if (!name || strchr(++name, '/'))
		return;
	add(signs, name, SIGN_RUNLEVEL);
	if (!strncmp(name, "net.", 4) && strcmp(name, "net.lo") != 0)
		add(signs, network_managers[MANAGER_NETIFRC].name, SIGN_RUNLEVEL);
}

static void mark_scripts(struct manager_signs *signs, const char *path)
{
	static const char *const folders[] = {"etc/init.d/", "etc/rc.d/init.d/"};
	const char *job = behind(path, "etc/init/");

	for (size_t i = 0; i < COUNT(folders); i++)
		if (behind(path, folders[i]))
			add(signs, behind(path, folders[i]), SIGN_SCRIPT);
	if (!strcmp(path, "etc/init.d/net.lo"))
		add(signs, network_managers[MANAGER_NETIFRC].name, SIGN_SCRIPT);
	if (job && ends_with(job, strlen(job), ".conf"))
		add_sized(signs, job, strlen(job) - strlen(".conf"), SIGN_JOB);
}

/* Its generator, which a mask switches off, and files for it. */
static void mark_netplan(struct manager_signs *signs, const char *path)
{
	const char *name = network_managers[MANAGER_NETPLAN].name;
	const char *file = behind(path, "etc/netplan/");

	if (!strcmp(path, "lib/systemd/system-generators/netplan"))
		add(signs, name, SIGN_UNIT);
	if (!strcmp(path, "etc/systemd/system-generators/netplan"))
		add(signs, name, SIGN_MASKED);
	if (file && !strchr(file, '/') && ends_with(file, strlen(file), ".yaml"))
		add(signs, name, SIGN_WANTED);
}

static void mark_needs(struct manager_signs *signs, const char *path)
{
	for (size_t i = 0; i < MANAGERS; i++) {
		const char *needs = network_managers[i].needs ? network_managers[i].needs + 1 : "";
		const size_t size = strlen(needs);
		const bool folder = ends_with(needs, size, "/.");

		if (folder)
			signs->needs[i] |= !strncmp(path, needs, size - 2) &&
					   (!path[size - 2] || path[size - 2] == '/');
		else if (size)
			signs->needs[i] |= !strcmp(path, needs);
	}
}

void manager_signs_mark(struct manager_signs *signs, const char *path, const char *to)
{
	mark_systemd(signs, path, to);
	mark_sysv_link(signs, path);
	mark_openrc_link(signs, path);
	mark_scripts(signs, path);
	mark_netplan(signs, path);
	mark_needs(signs, path);
}
