#include "http/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/connections.h"
#include "http/handler.h"
#include "http/listen.h"
#include "http/tls.h"
#include "util/limits.h"
#include "util/log.h"

struct http {
	struct MHD_Daemon *daemon;
	struct connections *connections;
};

static void log_mhd(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	log_refused_va("connection", "", fmt, ap);
}

static unsigned thread_count(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 2)
		return 2;
	return cpus < HTTP_THREADS_MAX ? (unsigned)cpus : HTTP_THREADS_MAX;
}

/* A connection needs a descriptor for itself and one for the file it is sent. */
static unsigned connection_count(void)
{
	struct rlimit limit;
	rlim_t fit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 256;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warning("can't raise the limit of open files: %s", strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 256)
		return 64;
	fit = (limit.rlim_cur - 64) / 2;
	return fit < HTTP_CONNECTIONS_MAX ? (unsigned)fit : HTTP_CONNECTIONS_MAX;
}

/*
 * MHD gives each of its threads a part of the places, and counts no address: who may have one is decided before, and some are to
 * spare where threads have unequal shares.
 */
static struct MHD_Daemon *start_daemon(struct service *service, const struct http_config *config,
				       unsigned count)
{
	const struct sockaddr *address = (const struct sockaddr *)(const void *)&config->address;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_ERROR_LOG;

	if (address->sa_family == AF_INET6)
		flags |= MHD_USE_IPv6 | MHD_USE_DUAL_STACK;
	/* The logger comes first, so that it hears what is wrong with the other options. */
	/* clang-format off */
	return MHD_start_daemon(
		flags, 0, connections_accept, service->connections, handler_request, service,
		MHD_OPTION_EXTERNAL_LOGGER, log_mhd, NULL,
		MHD_OPTION_SOCK_ADDR, address,
		MHD_OPTION_HTTPS_CERT_CALLBACK, tls_retrieve,
		MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES,
		MHD_OPTION_NOTIFY_COMPLETED, handler_completed, NULL,
		MHD_OPTION_UNESCAPE_CALLBACK, handler_unescape, NULL,
		MHD_OPTION_THREAD_POOL_SIZE, thread_count(),
		MHD_OPTION_NOTIFY_CONNECTION, connections_notify, service->connections,
		MHD_OPTION_CONNECTION_LIMIT, count + thread_count() * 16,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEADERS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_SECONDS,
		MHD_OPTION_END);
	/* clang-format on */
}

int http_start(struct http **http, struct service *service, const struct http_config *config,
	       struct err *err)
{
	struct http *started = calloc(1, sizeof(*started));
	const unsigned count = connection_count();
	char where[LISTEN_TEXT];

	if (!started)
		return err_set(err, ERR_MEMORY, "serve", "no memory");
	if (connections_start(&started->connections, count, config->per_address, service->store,
			      err) < 0) {
		free(started);
		return -1;
	}
	service->connections = started->connections;
	errno = 0;
	started->daemon = start_daemon(service, config, count);
	if (!started->daemon) {
		int sys = errno;

		connections_stop(started->connections);
		free(started);
		listen_text(where, &config->address, listen_port(&config->address));
		return err_set(err, ERR_SERVICE_LISTEN, "listen", "can't listen on %s: %s", where,
			       sys ? strerror(sys) : "the log above says why");
	}
	*http = started;
	return 0;
}

unsigned http_port(const struct http *http)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}

void http_stop(struct http *http)
{
	MHD_stop_daemon(http->daemon);
	connections_stop(http->connections);
	free(http);
}
