/* Small files, read whole and replaced at once. 0 or a pointer, or -1 or NULL with errno; who calls has the error's code and words. */
#ifndef NEWROOT_BASE_FILE_H
#define NEWROOT_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"

/*
 * A file of at most `max` bytes, with a NUL behind it, in the arena; `*size`, its bytes, when that is not NULL. `path` is
 * relative to the open folder `dir`, which may be AT_FDCWD. A fifo of that name is not waited for.
 * NULL with errno: EFBIG, it is longer; EINVAL, it is no regular file; what open(2) and read(2) say.
 */
char *file_text(int dir, const char *path, size_t max, struct arena *arena, size_t *size);

/*
 * Replace a file: it is written beside its place as PATH.new, synced, renamed, and its folder synced. After a power cut there is
 * the old file or the new one. The mode is set whatever the umask is. What an error leaves of PATH.new is removed.
 */
int file_replace(int dir, const char *path, const void *data, size_t size, mode_t mode);

/* The same for what can be made anew after a power cut: nothing is synced. */
int file_replace_unsynced(int dir, const char *path, const void *data, size_t size, mode_t mode);

/* Rename, and sync the folder of the new name. What was written must have been synced before. */
int file_rename(const char *from, const char *to);

#endif
