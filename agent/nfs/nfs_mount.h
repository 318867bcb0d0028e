/*
 * A folder of an NFS server, mounted by the kernel's own client where nothing but this process sees it. For a child that
 * does nothing else (nfs_reader.h): it gets a mount namespace of its own, which goes with it, and the mount in it,
 * however it ends.
 */
#ifndef NEWROOT_NFS_NFS_MOUNT_H
#define NEWROOT_NFS_NFS_MOUNT_H

#include "base/err.h"
#include "base/nfs_url.h"
#include "service/limits.h"

/*
 * Mount the folder of `url`, read only, with the version it asks for or the highest to be had. Reads below it fail when
 * the server was silent for `limits->stall_ms`; a mount of version 4 waits for ever, but a signal that kills ends it. Returns
 * a descriptor of the folder; or -1: ERR_ARCHIVE_MISSING, ERR_NFS, or one that may pass (service/retry.h).
 */
int nfs_mount(const struct nfs_url *url, const struct net_limits *limits, struct err *err);

#endif
