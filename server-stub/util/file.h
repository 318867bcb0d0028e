/*
 * Small files of the data folder, read whole and written whole. `name` is relative to the open
 * folder `dir` and lies directly in it. Errors: ERR_IO with the name.
 */
#ifndef SERVER_UTIL_FILE_H
#define SERVER_UTIL_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Replace `name` at once: written beside it as "NAME.new", synced, renamed, the folder synced. A
 * crash leaves the old file or the new one. The mode is set whatever the umask.
 */
int file_write(int dir, const char *name, const void *data, size_t size, mode_t mode,
	       struct err *err);

/*
 * The same for what can be made anew after a crash: nothing is synced, and nothing is done when the file
 * has this content already. What became of it, or -1.
 */
enum file_update { FILE_SAME, FILE_CHANGED, FILE_MADE };
int file_update(int dir, const char *name, const void *data, size_t size, mode_t mode,
		struct err *err);

/*
 * Read at most `max` bytes of a regular file into malloc'ed, NUL-terminated `*data`, the caller's to
 * free. `dir` may be AT_FDCWD for a path of the operator. Errors: ERR_SERVICE_FILE when there is no such file, ERR_IO.
 */
int file_read(int dir, const char *name, size_t max, char **data, size_t *size, struct err *err);

/* Write all of it, or fail with ERR_IO. */
int file_write_all(int fd, const char *name, const void *data, size_t size, struct err *err);

#endif
