/*
 * The option file of a client program: who logs in, with its password, for as long as one process asks. It is locked
 * (flock(2)) while it is in use: a file that nobody locks was left by a process that was killed, or by a boot that lost
 * its power, and whoever makes the next one removes it. A process number says neither: after a boot it is another's.
 */
#ifndef NEWROOT_DATABASE_OPTION_FILE_H
#define NEWROOT_DATABASE_OPTION_FILE_H

#include "base/arena.h"
#include "base/err.h"

struct option_file {
	const char *path; /* NULL: there is none */
	int fd;
};

/* In the folder of marks.h, mode 0600, with `text`. Its path is the arena's. Errors: ERR_FIRST_BOOT. */
int option_file_make(struct option_file *file, const char *state_dir, const char *name,
		     const char *text, struct arena *arena, struct err *err);
/* Nothing when there is none. */
void option_file_remove(struct option_file *file);
/* Removes those of all processes, whether in use or not. */
void option_file_forget(const char *state_dir);

#endif
