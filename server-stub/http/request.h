/*
 * One request on its way through the service, and what all requests share. A route's function
 * answers with exactly one reply_…() call, or suspends the connection and answers when called again.
 */
#ifndef SERVER_HTTP_REQUEST_H
#define SERVER_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "http/writer.h"
#include "site/data.h"
#include "store/store.h"
#include "vm/vm.h"

struct service {
	const struct data *data;
	struct store *store;      /* for reading, by any thread */
	struct writer *writer;    /* everything that is written */
	atomic_size_t body_bytes; /* of all requests, at most HTTP_BODIES_MAX */
};

struct request {
	struct service *service;
	struct MHD_Connection *connection;
	const struct route *route;
	const char *rest; /* of the path, after a route that ends in '/'; valid during the call */
	char peer[ADDRESS_TEXT];
	char token[TOKEN_TEXT + 1]; /* as shown, at most one byte too long; "": none */
	struct vm vm;               /* who asks, once a route for VMs has let it in */
	char *body;
	size_t body_size, body_room;
	/* Of a suspended request: its function's own, freed by `release`. */
	void *pending;
	void (*release)(void *pending);
};

/* The query's value, or NULL. */
const char *request_query(const struct request *request, const char *key);
const char *request_header(const struct request *request, const char *name);

#endif
