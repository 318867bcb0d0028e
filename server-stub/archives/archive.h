/*
 * The files below archives/ of the data folder: opened without leaving it, listed, hashed, added.
 * A path is relative, of plain names divided by single '/'. Hidden files (a leading '.') and symbolic
 * links aren't archives: the first are on their way in, the second could lead out.
 */
#ifndef SERVER_ARCHIVES_ARCHIVE_H
#define SERVER_ARCHIVES_ARCHIVE_H

#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"
#include "store/store.h"

/* Whether `path` has that form and is at most ARCHIVE_PATH_MAX bytes. */
bool archive_path_ok(const char *path);

/*
 * Open a regular file below `dir` for reading, walking one name at a time without following links.
 * Returns its descriptor, or -1 with ERR_SERVICE_ARCHIVE for whatever can't be served, ERR_IO when
 * a disk fails.
 */
int archive_open(int dir, const char *path, struct stat *st, struct err *err);

/* A strong ETag with its quotes: inode, size and time of change of the contents. */
#define ARCHIVE_ETAG_TEXT 56
void archive_etag(char etag[ARCHIVE_ETAG_TEXT], const struct stat *st);

/* Call `each` for every archive below `dir`, sorted by path; it returns -1 to stop with its error. */
int archive_each(int dir, int (*each)(void *arg, const char *path, int fd, struct err *err),
		 void *arg, struct err *err);

/* What a kept hash is valid for. */
void archive_hash_key(struct archive_hash *key, const struct stat *st);

/* The SHA-256 known for this file, or "". */
int archive_known_hash(struct store *store, const char *path, const struct stat *st,
		       char sha256[65], struct err *err);

/* The same, computed from `fd` and kept when it isn't known. ERR_SERVICE_ARCHIVE when it changes meanwhile. */
int archive_hash(struct store *store, const char *path, int fd, char sha256[65], struct err *err);

/* What is known of this file by reading it (facts/facts.h), as JSON with its sha256; malloc'ed, the caller's; NULL: nothing. */
int archive_known_facts(struct store *store, const char *path, const struct stat *st, char **facts,
			struct err *err);

/*
 * The same, found by reading `fd` in a process of its own, and kept with the hash, when nothing is known. `pid` is that
 * process's while it runs, for whoever has to end it; NULL: nobody. ERR_SERVICE_ARCHIVE when the file changes meanwhile.
 */
int archive_facts(struct store *store, const char *path, int fd, _Atomic pid_t *pid, char **facts,
		  struct err *err);

/* Copy the operator's `file` to `path` below `dir`, hashed on the way; visible once it is complete. */
int archive_add(struct store *store, int dir, const char *file, const char *path, char sha256[65],
		struct err *err);

#endif
