#include "os/detect.h"

#include <string.h>

/* The first row whose evidence is found decides: what is particular stands before what is common. */
struct evidence {
	const char *path;
	const char *leads_to; /* NULL: it exists; else: it resolves to a path that ends so */
	const struct init_dialect *dialect;
	const char *name;
};

static const struct evidence init_evidence[] = {
	{"/sbin/init", "/systemd/systemd", &init_systemd, "systemd"},
	{"/sbin/openrc-run", NULL, &init_openrc, "openrc"},
	{"/sbin/runscript", NULL, &init_openrc, "openrc (before 0.13)"},
	{"/sbin/runscript.sh", NULL, &init_openrc, "baselayout 1"},
	{"/etc/inittab", NULL, &init_sysv, "sysv"},
	{"/etc/rc.d/rc.sysinit", NULL, &init_sysv, "sysv"},
	{0},
};

static bool found(const struct target *target, const struct evidence *e, struct arena *arena)
{
	const char *end = e->leads_to ? target_resolve(target, e->path, arena) : NULL;
	size_t size, end_size;

	if (!e->leads_to)
		return target_exists(target, e->path);
	if (!end)
		return false;
	size = strlen(e->leads_to);
	end_size = strlen(end);
	return end_size >= size && !strcmp(end + end_size - size, e->leads_to);
}

const struct init_dialect *detect_init(const struct target *target, struct arena *arena,
				       struct err *err)
{
	struct text looked_for = {.arena = arena};

	for (const struct evidence *e = init_evidence; e->path; e++) {
		if (found(target, e, arena))
			return e->dialect;
		text_printf(&looked_for, "%s%s%s%s (%s)", looked_for.size ? ", " : "", e->path,
			    e->leads_to ? " -> …" : "", e->leads_to ? e->leads_to : "", e->name);
	}
	err_set(err, ERR_CONFIGURE, target->root,
		"the unpacked system's init system is none that newroot knows; looked for %s",
		looked_for.data);
	return NULL;
}
