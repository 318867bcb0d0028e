/*
 * What the state folder remembers of each dump over crashes: a file NAME.loading, then NAME.loaded, in its folder
 * databases/. Whatever is told here is on the disk when the function returns.
 */
#ifndef NEWROOT_DATABASE_MARKS_H
#define NEWROOT_DATABASE_MARKS_H

#include "base/err.h"

enum database_mark {
	MARK_NONE,    /* not begun */
	MARK_LOADING, /* begun: what the database holds is half of it, or nothing */
	MARK_LOADED,
};

/* Makes the folder when it is missing. Errors: ERR_FIRST_BOOT. */
int marks_open(const char *state_dir, struct err *err);
enum database_mark marks_get(const char *state_dir, const char *database);
/* MARK_LOADING, then MARK_LOADED. Errors: ERR_FIRST_BOOT. */
int marks_set(const char *state_dir, const char *database, enum database_mark mark,
	      struct err *err);

/* A short text there, as the file `name`, of less than MARKS_TEXT_MAX bytes; -1: there is none. */
#define MARKS_TEXT_MAX 512
int marks_read(const char *state_dir, const char *name, char *text);
/* Errors: ERR_FIRST_BOOT. */
int marks_write(const char *state_dir, const char *name, const char *text, struct err *err);

/* A path in that folder, into `path` of at least MARKS_PATH_MAX bytes. */
#define MARKS_PATH_MAX 512
void marks_path(const char *state_dir, const char *name, const char *suffix, char *path);

#endif
