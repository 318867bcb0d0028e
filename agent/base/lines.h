/* The lines of a text in memory. */
#ifndef NEWROOT_BASE_LINES_H
#define NEWROOT_BASE_LINES_H

#include <stddef.h>
#include <string.h>

/*
 * Walk the lines of a text: `*line` and `*size` become the next line without its newline, `*rest`
 * moves behind it. Returns 0 at the end.
 */
static inline int text_next(const char **rest, const char **line, size_t *size)
{
	const char *end;

	if (!**rest)
		return 0;
	*line = *rest;
	end = strchrnul(*rest, '\n');
	*size = (size_t)(end - *rest);
	*rest = *end ? end + 1 : end;
	return 1;
}

#endif
