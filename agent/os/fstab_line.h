/* Lines of fstab, as mount(8) reads it (getmntent(3), mnt_table_parse_stream() of util-linux). */
#ifndef NEWROOT_OS_FSTAB_LINE_H
#define NEWROOT_OS_FSTAB_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct fstab_line {
	const char *spec, *mount, *type;
	const char *options; /* "" when there are none: the first three fields are enough */
};

/*
 * Fields are decoded ("\040"), a mount point has no slash at its end; strings are in `arena`. False: a comment, an empty
 * line, or one that mount(8) would refuse.
 */
bool fstab_line_parse(struct fstab_line *line, const char *text, size_t size, struct arena *arena);

/* The next of them in a whole fstab: `*rest` moves behind it. False: no more. */
bool fstab_next(struct fstab_line *line, const char **rest, struct arena *arena);

#endif
