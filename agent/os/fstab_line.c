#include "os/fstab_line.h"

#include <string.h>

#include "os/text.h"

#define BLANKS " \t"

static bool is_octal(const char *c)
{
	return c[0] >= '0' && c[0] <= '3' && c[1] >= '0' && c[1] <= '7' && c[2] >= '0' &&
	       c[2] <= '7';
}

/* "\040" of a blank; whatever else stands behind a backslash stays (unmangle_string() of util-linux). */
static void decode(char *field)
{
	char *out = field;

	for (const char *in = field; *in; in++) {
		if (*in != '\\' || !is_octal(in + 1)) {
			*out++ = *in;
			continue;
		}
		*out++ = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
		in += 3;
	}
	*out = '\0';
}

/* Cut off the front of `rest`; NULL: none is left. */
static char *next_field(char **rest)
{
	char *field = *rest + strspn(*rest, BLANKS);

	if (!*field)
		return NULL;
	*rest = field + strcspn(field, BLANKS);
	if (**rest)
		*(*rest)++ = '\0';
	decode(field);
	return field;
}

static void cut_slashes(char *path)
{
	for (size_t size = strlen(path); size > 1 && path[size - 1] == '/'; size--)
		path[size - 1] = '\0';
}

bool fstab_line_parse(struct fstab_line *line, const char *text, size_t size, struct arena *arena)
{
	char *rest = arena_printf(arena, "%.*s", (int)size, text), *mount;

	rest += strspn(rest, BLANKS);
	if (*rest == '#')
		return false;
	line->spec = next_field(&rest);
	mount = line->spec ? next_field(&rest) : NULL;
	line->mount = mount;
	line->type = mount ? next_field(&rest) : NULL;
	if (!line->type)
		return false;
	line->options = next_field(&rest);
	if (!line->options)
		line->options = "";
	cut_slashes(mount);
	return true;
}

bool fstab_next(struct fstab_line *line, const char **rest, struct arena *arena)
{
	const char *text;
	size_t size;

	while (text_next(rest, &text, &size))
		if (fstab_line_parse(line, text, size, arena))
			return true;
	return false;
}
