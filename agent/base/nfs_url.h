/* nfs://SERVER[:PORT]/FOLDER/FILE[?vers=3|4]: a file on an NFS server. */
#ifndef NEWROOT_BASE_NFS_URL_H
#define NEWROOT_BASE_NFS_URL_H

#include <limits.h>

#include "base/err.h"
#include "base/url.h"

#define NFS_SCHEME "nfs://"

#define NFS_FOLDER_MAX 1024 /* RFC 1813 5.1.1: MNTPATHLEN */

struct nfs_url {
	struct url server;               /* host and port; port 0: that of the version */
	unsigned version;                /* 3, 4, or 0: 4, and 3 where that is not to be had */
	char folder[NFS_FOLDER_MAX + 1]; /* "/srv/archives", decoded; at least "/" */
	char file[NAME_MAX + 1];         /* in it: "root.tar.gz", decoded */
};

/* ERR_URL. */
int nfs_url_parse(struct nfs_url *url, const char *text, struct err *err);

#endif
