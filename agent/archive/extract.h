/*
 * Unpack plain tar (ustar, pax, GNU with its sparse forms) or cpio into a directory, keeping owner (by
 * number), mode with setuid, times of files and directories, hardlinks, symlinks, devices, fifos,
 * holes, xattrs, POSIX ACLs and file capabilities.
 *
 * What a name may reach: "/" and "./" before it are dropped, ".." is refused. A symlink to a directory is
 * followed, as a merged /usr and a kernel package's /lib ask for: so the caller must have
 * changed its root to the destination, which is what keeps every entry inside. There a link
 * may lead into another mount of the same new system, never out of it.
 *
 * What is there already: a file in an entry's way is replaced; directories are joined, keep their mtime
 * unless the archive has them, and a symlink in a directory's place stays.
 */
#ifndef NEWROOT_ARCHIVE_EXTRACT_H
#define NEWROOT_ARCHIVE_EXTRACT_H

#include <stdint.h>
#include <sys/types.h>

#include "archive/xfs_push.h"
#include "base/err.h"

struct extract_options {
	/* Told of each entry that is in place; NULL: what XFS keeps in memory is not bounded. */
	struct xfs_push *push;
	/* A directory whose etc/passwd and etc/group give numbers to names in ACLs; -1: none. */
	int accounts_fd;
	/* Called with each entry's path, without a leading "/"; NULL: not wanted. */
	void (*seen)(void *ctx, const char *path, mode_t mode);
	/* Called with each entry that is in place: -1 ends it, with the error. NULL: not wanted. */
	int (*check)(void *ctx, int root_fd, const char *path, mode_t mode, struct err *err);
	void *ctx;
};

struct extract_totals {
	uint64_t entries;
	uint64_t bytes; /* of file contents, without holes */
	/* Extended attributes that no filesystem of a new system has a place for; and of the first one, */
	uint64_t left_out;
	char left_out_name[64]; /* its name, */
	char left_out_of
		[128]; /* and the path it belongs to, cut; both without control characters */
};

/*
 * Read an archive from `in_fd` to its end and unpack it into `root_fd`, the root directory. Changes the umask
 * and the working directory: for a child process. Errors: ERR_ARCHIVE_FORMAT, ERR_ARCHIVE_TRUNCATED, and, with the
 * entry's path, ERR_ARCHIVE_ENTRY, ERR_ARCHIVE_SPACE, ERR_IO.
 */
int extract_stream(int in_fd, int root_fd, const struct extract_options *options,
		   struct extract_totals *totals, struct err *err);

#endif
