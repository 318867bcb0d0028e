/*
 * A process that mounts, opens and reads a file of an NFS server, and its other end here. Whoever waits for a server that
 * is away waits in the kernel, without a limit of ours: so it is that process that waits, and it is ended.
 */
#ifndef NEWROOT_NFS_NFS_READER_H
#define NEWROOT_NFS_NFS_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/child_stage.h"
#include "base/err.h"
#include "base/nfs_url.h"
#include "service/limits.h"

/* What tells one file from another of the same name. */
struct nfs_file {
	uint64_t size; /* bytes */
	struct timespec time;
};

struct nfs_reader {
	const struct nfs_url *url;
	const struct net_limits *limits;
	uint64_t from; /* bytes are sent from here on */
	bool look;     /* send none: the file is looked at only */
	/* Its own: */
	struct stage stage;
	int data;
};

/*
 * Start it and wait for `*file`. After 0 it is the caller's to nfs_reader_stop(). ERR_ARCHIVE_MISSING, ERR_NFS, or one that
 * may pass (service/retry.h).
 */
int nfs_reader_start(struct nfs_reader *reader, struct nfs_file *file, struct err *err);

/* Up to `size` next bytes: how many, 0 at the end of the file, or -1; ERR_NET_TIMEOUT after `limits->stall_ms`. */
ssize_t nfs_reader_read(struct nfs_reader *reader, void *to, size_t size, struct err *err);

/* Also in the middle. */
void nfs_reader_stop(struct nfs_reader *reader);

#endif
