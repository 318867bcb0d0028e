/* The HTTPS server: libmicrohttpd with a pool of threads, in front of the table of routes. */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <sys/socket.h>

#include "http/request.h"

struct http;

struct http_config {
	struct sockaddr_storage address; /* to listen on; port 0: any free one */
	unsigned per_address;            /* connections of one peer at once */
};

/* tls_load() must have succeeded. `service` outlives the server. Errors: ERR_SERVICE_LISTEN. */
int http_start(struct http **http, struct service *service, const struct http_config *config,
	       struct err *err);
unsigned http_port(const struct http *http);
/* End all connections. The writer must have been stopped: a suspended request can't be ended. */
void http_stop(struct http *http);

#endif
