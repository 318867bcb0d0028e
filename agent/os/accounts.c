#include "os/accounts.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "os/text.h"

#define PASSWD "/etc/passwd"
#define GROUP  "/etc/group"

#define ID_FIELD 2

static bool number_of(const char *text, unsigned *number)
{
	unsigned long value;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value >= UINT32_MAX)
		return false;
	*number = (unsigned)value;
	return true;
}

/* The field of that number, from 0 (arena); NULL: the line has fewer. */
static const char *field_of(const char *line, size_t size, unsigned number, struct arena *arena)
{
	const char *end = line + size, *at = line;

	for (unsigned i = 0; i < number && at; i++) {
		at = memchr(at, ':', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return at ? arena_printf(arena, "%.*s", (int)strcspn(at, ":\n"), at) : NULL;
}

static bool is_of(const char *line, size_t size, const char *name)
{
	const size_t length = strlen(name);

	return size > length && !memcmp(line, name, length) && line[length] == ':';
}

/*
 * Field `number` of the line of `file` that begins with `name`; NULL: none. As nss_files reads it: behind blanks, and a line
 * whose id is no number is passed over.
 */
static int find_field(const struct target *target, const char *file, const char *name,
		      unsigned number, struct arena *arena, const char **field, struct err *err)
{
	const char *rest, *line, *id;
	unsigned value;
	size_t size;

	*field = NULL;
	if (target_read(target, file, arena, &rest, NULL, err))
		return -1;
	while (rest && text_next(&rest, &line, &size) && !*field) {
		const size_t blanks = strspn(line, " \t");

		if (blanks > size || !is_of(line + blanks, size - blanks, name))
			continue;
		id = field_of(line + blanks, size - blanks, ID_FIELD, arena);
		if (id && number_of(id, &value))
			*field = field_of(line + blanks, size - blanks, number, arena);
	}
	return 0;
}

static int find_id(const struct target *target, const char *file, const char *name,
		   struct arena *arena, unsigned *id, struct err *err)
{
	const char *field;

	*id = 0;
	if (!strcmp(name, "root") || number_of(name, id))
		return 0;
	if (find_field(target, file, name, ID_FIELD, arena, &field, err))
		return -1;
	if (!field || !number_of(field, id))
		return err_set(
			err, ERR_CONFIGURE, file,
			"\"%s\" is not in %s of the new system; use a name that is, or a number",
			name, file);
	return 0;
}

int account_user(const struct target *target, const char *name, struct arena *arena, uid_t *uid,
		 struct err *err)
{
	return find_id(target, PASSWD, name, arena, uid, err);
}

int account_group(const struct target *target, const char *name, struct arena *arena, gid_t *gid,
		  struct err *err)
{
	return find_id(target, GROUP, name, arena, gid, err);
}

int account_home(const struct target *target, const char *name, const char *fallback,
		 struct arena *arena, const char **home, struct err *err)
{
	if (find_field(target, PASSWD, name, 5, arena, home, err))
		return -1;
	if (!*home || (*home)[0] != '/')
		*home = fallback;
	return 0;
}
