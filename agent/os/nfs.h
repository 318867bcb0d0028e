/* NFS, both ways: /etc/exports (exports(5)) of a server, options in fstab (nfs(5)) of a client. */
#ifndef NEWROOT_OS_NFS_H
#define NEWROOT_OS_NFS_H

#include "job/job.h"
#include "os/fstab.h"
#include "os/services.h"

/* The job's lines between two marks, the others as they are; the directories. Errors: ERR_CONFIGURE. */
int nfs_exports_render(struct changes *changes, const struct job_nfs *nfs, struct err *err);

/* Mount points, and an entry in `entries` for each mount: room for nfs->mount_count. */
void nfs_mounts_render(struct changes *changes, const struct job_nfs *nfs, enum fs_profile profile,
		       const struct init_dialect *init, struct fstab_entry *entries);

/*
 * What must run for it. Errors: ERR_CONFIGURE when the new system cannot serve what it should export, or
 * cannot mount.
 */
int nfs_want_services(struct services *services, const struct job_nfs *nfs, enum fs_profile profile,
		      struct changes *changes, const struct init_dialect *init, struct err *err);

#endif
