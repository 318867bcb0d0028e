#include "os/selinux.h"

#include <string.h>
#include <strings.h>

#define CONFIG  "/etc/selinux/config"
#define RELABEL "/.autorelabel"
#define KEY     "SELINUX="
#define BLANKS  " \t\r\f\v"

static bool begins_with(const char *value, const char *word)
{
	return !strncasecmp(value, word, strlen(word));
}

/*
 * As selinux_getenforcemode(3) reads it: the key at the beginning of a line, a value in any case with anything behind it, the
 * first that it knows. Where it knows none the kernel decides, so labels are needed.
 */
static bool is_on(const char *config)
{
	const char *line;
	size_t size;

	while (text_next(&config, &line, &size)) {
		const char *value = line + strlen(KEY);

		if (size < strlen(KEY) || memcmp(line, KEY, strlen(KEY)) != 0)
			continue;
		value += strspn(value, BLANKS); /* libselinux since 3.4 */
		if (begins_with(value, "enforcing") || begins_with(value, "permissive"))
			return true;
		if (begins_with(value, "disabled"))
			return false;
	}
	return true;
}

int selinux_render(struct changes *changes, struct err *err)
{
	struct text empty = {.arena = changes->arena};
	const char *config;

	if (target_read(changes->target, CONFIG, changes->arena, &config, NULL, err))
		return -1;
	if (config && is_on(config))
		changes_file(changes, RELABEL, &empty);
	return 0;
}
