/* Find the facts of an archive by reading it. */
#ifndef NEWROOT_FACTS_READ_H
#define NEWROOT_FACTS_READ_H

#include "facts/facts.h"

/*
 * Read plain tar or cpio to its end, unpacking nothing: `format` and all that is in it. For a child: what is read may crash
 * a library. Errors: ERR_ARCHIVE_FORMAT, ERR_ARCHIVE_TRUNCATED, ERR_MEMORY, ERR_IO.
 */
int facts_read(int in_fd, struct facts *facts, struct err *err);

/* Write them as a line of JSON. Errors: ERR_MEMORY, ERR_IO. */
int facts_write(int out_fd, const struct facts *facts, struct err *err);

#endif
