#include "nfs/nfs_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "nfs/nfs_error.h"
#include "service/connect.h"
#include "service/retry.h"

#define MOUNT_POINT  "/run/newroot/nfs"
#define NFS_PORT     2049
#define RPCBIND_PORT 111 /* where the kernel asks for the ports of version 3 */
/* So many times a request is sent anew before it fails. */
#define RETRANSMISSIONS 3

/* In this order, when the URL asks for none. A server of version 4 has 4.1 since 2011 (Linux 2.6.38) at least. */
static const struct version {
	unsigned number;
	const char *minor; /* as the option vers= takes it */
	const char *options;
} versions[] = {
	{4, "4.1", ""},
	{4, "4.0", ""},
	/* Nothing here locks, and locks of version 3 would need two more daemons. */
	{3, "3", "nolock,mountvers=3,"},
};

/*
 * A server of version 4 knows its clients by their host names, and takes a second one of the same name for the first
 * one after a reboot: it would forget what the first has open. In configuration mode all VMs have the same.
 */
static int name_client(struct err *err)
{
	static const char file[] = "/sys/fs/nfs/net/nfs_client/identifier";
	static const char boot_file[] = "/proc/sys/kernel/random/boot_id";
	char id[64];
	int from = open(boot_file, O_RDONLY | O_CLOEXEC);
	ssize_t size = from < 0 ? -1 : read_all(from, id, sizeof(id));
	int to = size <= 0 ? -1 : open(file, O_WRONLY | O_CLOEXEC);
	/* A kernel without it has no version 4, or none of this time. */
	int ret = (size > 0 && to < 0 && errno == ENOENT) ||
				  (to >= 0 && !write_all(to, id, (size_t)size))
			  ? 0
			  : err_sys(err, ERR_IO, file, "cannot name this NFS client");

	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ret;
}

static int hide_mounts(struct err *err)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return err_sys(err, ERR_NFS, NULL, "cannot make a mount namespace");
	if ((mkdir("/run/newroot", 0755) && errno != EEXIST) ||
	    (mkdir(MOUNT_POINT, 0700) && errno != EEXIST))
		return err_sys(err, ERR_IO, MOUNT_POINT, "cannot make a mount point");
	return 0;
}

/*
 * The kernel is given one address, where something answers: a mount of a server that is away says so only after
 * minutes, and doesn't say what is wrong.
 */
static int find_address(const struct nfs_url *url, unsigned version, unsigned limit_ms,
			char host[NI_MAXHOST], struct err *err)
{
	struct url server = url->server;
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int fd, ret;

	if (!server.port)
		server.port = version == 3 ? RPCBIND_PORT : NFS_PORT;
	fd = connect_url(&server, limit_ms, err);
	if (fd < 0)
		return -1;
	ret = getpeername(fd, (struct sockaddr *)&address, &size) ||
	      getnameinfo((struct sockaddr *)&address, size, host, NI_MAXHOST, NULL, 0,
			  NI_NUMERICHOST);
	close(fd);
	return ret ? err_set(err, ERR_NET_CONNECT, server.host, "its address cannot be read") : 0;
}

static int mount_version(const struct nfs_url *url, const struct version *version,
			 const struct net_limits *limits, struct err *err)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char host[NI_MAXHOST], port[16] = "", source[NI_MAXHOST + NFS_FOLDER_MAX + 4];
	char options[2 * NI_MAXHOST];
	bool v6;

	if (find_address(url, version->number, limits->connect_ms, host, err))
		return -1;
	v6 = strchr(host, ':');
	if (url->server.port)
		snprintf(port, sizeof(port), "port=%u,", url->server.port);
	snprintf(source, sizeof(source), v6 ? "[%s]:%s" : "%s:%s", host, url->folder);
	/* Each wait is longer than the one before, by timeo= tenths of a second: all are stall_ms. */
	snprintf(options, sizeof(options),
		 "vers=%s,proto=%s,%s%saddr=%s,softerr,retrans=%d,timeo=%u", version->minor,
		 v6 ? "tcp6" : "tcp", version->options, port, host, RETRANSMISSIONS,
		 limits->stall_ms / 100 / (RETRANSMISSIONS + 1));
	if (!mount(source, MOUNT_POINT, "nfs", flags, options))
		return 0;
	return err_sys(err, nfs_code(errno), source, "cannot mount it (NFS version %s)%s",
		       version->minor, nfs_hint(errno));
}

/* The first that is about the folder, not about a version. */
static bool tells_more(const struct err *err)
{
	return err->code != ERR_NONE && err->sys != EPROTONOSUPPORT && err->sys != EINVAL;
}

static int mount_any(const struct nfs_url *url, const struct net_limits *limits, struct err *err)
{
	struct err best = ERR_INIT;

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		struct err now = ERR_INIT;

		if (url->version && versions[i].number != url->version)
			continue;
		if (!mount_version(url, &versions[i], limits, &now))
			return 0;
		if (!tells_more(&best))
			best = now;
		if (retry_may_pass(now.code))
			break;
	}
	return err_keep(err, &best);
}

int nfs_mount(const struct nfs_url *url, const struct net_limits *limits, struct err *err)
{
	int folder;

	if (hide_mounts(err) || name_client(err) || mount_any(url, limits, err))
		return -1;
	folder = open(MOUNT_POINT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0)
		return folder;
	return err_sys(err, nfs_code(errno), url->folder, "cannot open the mounted folder");
}
