/* A file of systemd's, read as systemd reads it (systemd.syntax(7); config_parse() of src/shared/conf-parser.c). */
#ifndef NEWROOT_OS_UNIT_FILE_H
#define NEWROOT_OS_UNIT_FILE_H

#include <stdbool.h>

#include "base/arena.h"

struct unit_file {
	const char *rest; /* the text, at first */
	struct arena *arena;
	const char *section;     /* of the last assignment; NULL: none */
	const char *key, *value; /* of the last assignment; lines that are continued are joined */
};

/* The next assignment; false: there is none. */
bool unit_file_next(struct unit_file *file);

/* The next word of `*value`, without its quotes (arena); NULL: there is none. */
const char *unit_file_word(const char **value, struct arena *arena);

/* Could it be the name of a unit (systemd.unit(5)): no path, with a suffix? */
bool unit_name_is_valid(const char *name);

#endif
