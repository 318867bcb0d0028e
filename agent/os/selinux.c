#include "os/selinux.h"

#include <string.h>

#define CONFIG  "/etc/selinux/config"
#define RELABEL "/.autorelabel"
#define ENFORCE "SELINUX=enforcing"
#define PERMIT  "SELINUX=permissive"

static bool says(const char *line, size_t size, const char *wanted)
{
	size_t length = strlen(wanted);

	return size >= length && !memcmp(line, wanted, length) &&
	       strspn(line + length, " \t\r") >= size - length;
}

int selinux_render(struct changes *changes, struct err *err)
{
	struct text empty = {.arena = changes->arena};
	const char *rest, *line;
	bool on = false;
	size_t size;

	if (target_read(changes->target, CONFIG, changes->arena, &rest, NULL, err))
		return -1;
	while (rest && text_next(&rest, &line, &size))
		on |= says(line, size, ENFORCE) || says(line, size, PERMIT);
	if (on)
		changes_file(changes, RELABEL, &empty);
	return 0;
}
