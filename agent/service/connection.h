/*
 * One HTTPS connection, kept alive between requests. It belongs to the process that opened it: a
 * forked child must open its own.
 */
#ifndef NEWROOT_SERVICE_CONNECTION_H
#define NEWROOT_SERVICE_CONNECTION_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "service/http.h"
#include "service/limits.h"
#include "service/tls.h"
#include "service/trust.h"
#include "base/url.h"

struct connection {
	pid_t owner;
	struct url url; /* whose origin this is */
	const struct net_limits *limits;
	struct tls *tls;
	struct http http;
};

/* Connect and shake hands: `*connection` is the caller's to connection_close(). See connect.h, tls.h. */
int connection_open(struct connection **connection, const struct url *url,
		    const struct trust *trust, const uint8_t *pin, const struct net_limits *limits,
		    struct err *err);
/* NULL is allowed. Another process's connection is let go without a byte to the peer. */
void connection_close(struct connection *connection);

/* This process may send a request to the origin of `url` on it. */
bool connection_usable(const struct connection *connection, const struct url *url);

/* Send a request and read the head of the response; then each wait for a piece of its body is limited. See http.h. */
int connection_request(struct connection *connection, const struct http_request *request,
		       struct http_response *response, struct err *err);

/* The whole body, a small one, may take as long as one wait otherwise. */
void connection_limit_body(struct connection *connection);

#endif
