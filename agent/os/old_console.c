#include "os/old_console.h"

#include <string.h>

bool is_old_console(const char *name, size_t size, const struct strings *consoles)
{
	if (size < 4 || (strncmp(name, "hvc", 3) != 0 && strncmp(name, "xvc", 3) != 0) ||
	    strspn(name + 3, "0123456789") < size - 3)
		return false;
	for (size_t i = 0; i < consoles->count; i++)
		if (strlen(consoles->item[i]) == size && !memcmp(consoles->item[i], name, size))
			return false;
	return true;
}

const char *screen_terminal(const struct strings *consoles)
{
	for (size_t i = 0; i < consoles->count; i++)
		if (!strncmp(consoles->item[i], "tty", 3) &&
		    strchr("0123456789", consoles->item[i][3]))
			return "tty1";
	return NULL;
}
