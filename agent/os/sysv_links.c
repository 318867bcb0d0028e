#include "os/sysv_links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "os/text.h"

/*
 * update-rc.d's number before insserv; where insserv numbers (from 01, hardly to 20) it is behind all others.
 * In rcS.d: behind the network, S40 of that time.
 */
#define DEBIAN_NUMBER       20
#define DEBIAN_EARLY_NUMBER 44
#define CHKCONFIG_NUMBER    50 /* chkconfig(8): of a script that has an LSB header only */
#define MULTI_USER          "2345"
#define STARTING            "S12345" /* 0 and 6 run S links, too, to halt */

/* What the head of a script says. */
struct header {
	const char *levels; /* of its LSB header: "2345", "S"; NULL: none */
	int start, stop;    /* of its chkconfig: line */
	bool numbered;      /* it has one */
};

bool sysv_is_rhel(const struct target *target)
{
	return target_exists(target, "/etc/rc.d/rc.sysinit");
}

static const char *script_of(const struct changes *changes, const char *name)
{
	return arena_printf(changes->arena, "/etc/init.d/%s", name);
}

static const char *folder_of(const struct changes *changes, char level)
{
	return arena_printf(changes->arena, "%s/rc%c.d",
			    sysv_is_rhel(changes->target) ? "/etc/rc.d" : "/etc", level);
}

static const char *without_blanks(struct arena *arena, const char *text, size_t size)
{
	char *levels = arena_printf(arena, "%.*s", (int)size, text), *out = levels;

	for (const char *in = levels; *in; in++)
		if (!strchr(" \t\r", *in))
			*out++ = *in;
	*out = '\0';
	return levels;
}

/*
 * insserv(8) wants blanks nowhere and its keywords in any case; of a file that says it twice chkconfig(8) takes the first.
 */
static void parse_header_line(struct header *header, struct arena *arena, const char *line,
			      size_t size)
{
	static const char levels[] = "Default-Start:";
	const char *copy = arena_printf(arena, "%.*s", (int)size, line);
	const char *word = copy + 1 + strspn(copy + 1, " \t");

	if (!header->levels && !strncasecmp(word, levels, strlen(levels)))
		header->levels = without_blanks(arena, word + strlen(levels), size);
	if (!header->numbered &&
	    sscanf(word, "chkconfig: %*s %2d %2d", &header->start, &header->stop) == 2)
		header->numbered = true;
}

/* Wherever in the script: some set options before it. */
static int read_header(const struct changes *changes, const char *name, struct header *header,
		       struct err *err)
{
	const char *rest, *line;
	size_t size;

	*header = (struct header){.start = CHKCONFIG_NUMBER, .stop = CHKCONFIG_NUMBER};
	if (target_read(changes->target, script_of(changes, name), changes->arena, &rest, NULL,
			err))
		return -1;
	while (rest && text_next(&rest, &line, &size))
		if (size && line[0] == '#')
			parse_header_line(header, changes->arena, line, size);
	return 0;
}

int sysv_is_early(const struct changes *changes, const char *name, bool *early, struct err *err)
{
	struct header header;

	if (read_header(changes, name, &header, err))
		return -1;
	*early = header.levels && strchr(header.levels, 'S');
	return 0;
}

/* "S15cron" of "cron": its kind and number. */
static bool is_link_of(const char *entry, const char *name, char *kind, int *number)
{
	if (!strchr("SK", entry[0]) || strspn(entry + 1, "0123456789") < 2 ||
	    strcmp(entry + 3, name) != 0)
		return false;
	*kind = entry[0];
	*number = 10 * (entry[1] - '0') + (entry[2] - '0');
	return true;
}

static void add_link(struct service_links *links, const struct changes *changes, char level,
		     char kind, int number, const char *name)
{
	service_links_add(links,
			  arena_printf(changes->arena, "%s/%c%02d%s", folder_of(changes, level),
				       kind, number, name),
			  arena_printf(changes->arena, "../init.d/%s", name), changes->arena);
}

/* The links of one level, and what would stand there when the service is off. */
static int read_level(const struct changes *changes, char level, const struct header *header,
		      struct service *service, struct err *err)
{
	const char *folder = folder_of(changes, level);
	bool rhel = sysv_is_rhel(changes->target);
	struct target_names names;
	char kind;
	int number;

	if (target_list(changes->target, folder, "", changes->arena, &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (!is_link_of(names.item[i], service->name, &kind, &number))
			continue;
		if (kind == 'K' && level == '1')
			continue; /* single user: where services that are on are stopped, too */
		if (service_links_read(kind == 'S' ? &service->starts : &service->stops, changes,
				       arena_printf(changes->arena, "%s/%s", folder, names.item[i]),
				       err))
			return -1;
		if (kind == 'S')
			add_link(&service->off, changes, level, 'K',
				 rhel ? header->stop : (100 - number) % 100, service->name);
	}
	return 0;
}

static bool starts_in(const struct changes *changes, const struct service *service, char level)
{
	const char *folder = folder_of(changes, level);

	for (size_t i = 0; i < service->starts.count; i++)
		if (!strncmp(service->starts.item[i].path, folder, strlen(folder)))
			return true;
	return false;
}

/* chkconfig switches levels 2 to 5; update-rc.d goes by the header, and leaves a service alone that is on. */
static void add_on(const struct changes *changes, const struct header *header,
		   struct service *service)
{
	bool rhel = sysv_is_rhel(changes->target);
	const char *levels = rhel || !header->levels ? MULTI_USER : header->levels;

	service_links_add_all(&service->on, &service->starts, changes->arena);
	if (!rhel && service->starts.count)
		return;
	for (; *levels; levels++)
		if (strchr(STARTING, *levels) && !starts_in(changes, service, *levels))
			add_link(&service->on, changes, *levels, 'S',
				 rhel             ? header->start
				 : *levels == 'S' ? DEBIAN_EARLY_NUMBER
						  : DEBIAN_NUMBER,
				 service->name);
}

int sysv_service(const struct changes *changes, const char *name, struct service *service,
		 struct err *err)
{
	struct header header;

	service->found = target_exists(changes->target, script_of(changes, name));
	if (!service->found)
		return 0;
	if (read_header(changes, name, &header, err))
		return -1;
	for (const char *level = STARTING; *level; level++)
		if (read_level(changes, *level, &header, service, err))
			return -1;
	add_on(changes, &header, service);
	return 0;
}
