#include "service/connect.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "service/wait.h"

static int resolve(const struct url *url, struct addrinfo **list, struct err *err)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | (url->address_size ? AI_NUMERICHOST : 0),
	};
	char port[8];
	int ret;

	snprintf(port, sizeof(port), "%u", url->port);
	ret = getaddrinfo(url->host, port, &hints, list);
	if (ret)
		return err_set(err, ERR_NET_RESOLVE, url->host,
			       "no address for the host \"%s\": %s", url->host,
			       ret == EAI_SYSTEM ? strerror(errno) : gai_strerror(ret));
	return 0;
}

/* Small requests must not wait for Nagle; a peer that vanished must not hold us for hours. */
static int set_options(int fd)
{
	const int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

/* 0, or -1 with errno or, for ERR_INTERRUPTED, `err`. */
static int connect_fd(int fd, const struct addrinfo *address, unsigned limit_ms, struct err *err)
{
	int failure = 0;
	socklen_t size = sizeof(failure);

	if (!connect(fd, address->ai_addr, address->ai_addrlen))
		return 0;
	if (errno != EINPROGRESS)
		return -1;
	switch (wait_fd(fd, POLLOUT, wait_now() + limit_ms, err)) {
	case 0:
		errno = ETIMEDOUT;
		return -1;
	case 1:
		break;
	default:
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size))
		return -1;
	errno = failure;
	return failure ? -1 : 0;
}

static int connect_address(const struct addrinfo *address, unsigned limit_ms, struct err *err)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int kept;

	if (fd < 0)
		return -1;
	if (!set_options(fd) && !connect_fd(fd, address, limit_ms, err))
		return fd;
	kept = errno;
	close(fd);
	errno = kept;
	return -1;
}

int connect_url(const struct url *url, unsigned limit_ms, struct err *err)
{
	struct addrinfo *list;
	unsigned tried = 0;
	struct err inner = ERR_INIT;
	int fd = -1;

	if (resolve(url, &list, err))
		return -1;
	for (const struct addrinfo *a = list; a && fd < 0 && tried < NET_ADDRESSES_MAX;
	     a = a->ai_next) {
		tried++;
		fd = connect_address(a, limit_ms, &inner);
		if (inner.code)
			break;
	}
	if (fd < 0) {
		int kept = errno;

		freeaddrinfo(list);
		if (inner.code)
			return err_keep(err, &inner);
		errno = kept;
		return err_sys(err, ERR_NET_CONNECT, url->host,
			       "cannot connect to port %u (%u address%s tried)", url->port, tried,
			       tried == 1 ? "" : "es");
	}
	freeaddrinfo(list);
	return fd;
}
