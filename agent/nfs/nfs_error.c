#include "nfs/nfs_error.h"

#include <errno.h>
#include <stddef.h>

static const struct {
	int error;
	enum err_code code;
	const char *hint; /* for a mount */
} meanings[] = {
	{ENOENT, ERR_ARCHIVE_MISSING, ": no such folder there, or it is not exported to this VM"},
	{ENOTDIR, ERR_ARCHIVE_MISSING, ": it is no folder"},
	{EACCES, ERR_NFS, ": the server does not export it to this VM's address"},
	{EPERM, ERR_NFS, ": the server does not export it to this VM's address"},
	{EPROTONOSUPPORT, ERR_NFS, ": the server does not speak this version"},
	{ENODEV, ERR_NFS, ": this kernel has no NFS client"},
	{EXDEV, ERR_NFS, ""},
	{ETIMEDOUT, ERR_NET_TIMEOUT, ""},
	{EAGAIN, ERR_NET_TIMEOUT, ""},
	{EBUSY, ERR_NET_TIMEOUT, ""},
	{ECONNREFUSED, ERR_NET_CONNECT, ""},
	{EHOSTUNREACH, ERR_NET_CONNECT, ""},
	{ENETUNREACH, ERR_NET_CONNECT, ""},
	{ENETDOWN, ERR_NET_CONNECT, ""},
	/* rpcbind is there already, the NFS server not yet. */
	{EOPNOTSUPP, ERR_NET_CONNECT, ": its rpcbind knows no NFS server of this version"},
	{ECONNRESET, ERR_NET_CUT, ""},
	{ECONNABORTED, ERR_NET_CUT, ""},
	{ENOTCONN, ERR_NET_CUT, ""},
	{EPIPE, ERR_NET_CUT, ""},
	{EIO, ERR_NET_CUT, ""},
	{ESTALE, ERR_NET_CUT, ""},
	{EREMOTEIO, ERR_NET_CUT, ""},
};

const char *nfs_hint(int error)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].error == error)
			return meanings[i].hint;
	return "";
}

enum err_code nfs_code(int error)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].error == error)
			return meanings[i].code;
	return ERR_NFS;
}
