/* What an errno of the NFS client means. */
#ifndef NEWROOT_NFS_NFS_ERROR_H
#define NEWROOT_NFS_NFS_ERROR_H

#include "base/err.h"

/* Of a mount, or of a file below it: ERR_ARCHIVE_MISSING, ERR_NFS, or one that may pass (service/retry.h). */
enum err_code nfs_code(int error);

/* Of a mount, in words: "" or ": the server does not speak this version". */
const char *nfs_hint(int error);

#endif
