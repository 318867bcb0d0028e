/* Lists of strings, as jobs have them. */
#ifndef NEWROOT_BASE_STRINGS_H
#define NEWROOT_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct strings {
	const char **item;
	size_t count;
};

static inline bool strings_have(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->item[i], text))
			return true;
	return false;
}

#endif
