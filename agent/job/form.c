#include "job/form.h"

#include <string.h>

bool made_of(const char *text, const char *chars, size_t max)
{
	size_t len = strlen(text);

	return len > 0 && len <= max && strspn(text, chars) == len;
}

bool is_printable(const char *text, bool spaces, size_t max)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] > '~' || text[i] < ' ' || (text[i] == ' ' && !spaces))
			return false;
	return len > 0 && len <= max;
}
