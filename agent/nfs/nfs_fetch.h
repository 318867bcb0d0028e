/* fetch.h over NFS: the same hash, progress, retries and codes. */
#ifndef NEWROOT_NFS_NFS_FETCH_H
#define NEWROOT_NFS_NFS_FETCH_H

#include <stdint.h>

#include "base/err.h"
#include "service/limits.h"

/* Is it there, and how many bytes long? ERR_ARCHIVE_MISSING, ERR_NFS, ERR_URL, ERR_NET_*. */
int nfs_head(const char *url, const struct net_limits *limits, uint64_t *length, struct err *err);

/*
 * The whole file of `url` to `out_fd`, as fetch_stream() does it; for children, which ignore SIGPIPE. After a failure that
 * may pass the folder is mounted anew and reading goes on where it was, if the file's length and time are what they
 * were; else ERR_ARCHIVE_CHANGED.
 */
int nfs_stream(const char *url, const struct net_limits *limits, const uint8_t *sha256, int out_fd,
	       void (*progress)(uint64_t done, uint64_t total), uint64_t *bytes, struct err *err);

#endif
