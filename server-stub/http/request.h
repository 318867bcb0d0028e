/*
 * One request on its way through the service, and what all requests share. A route's function
 * answers with exactly one reply_…() call, or suspends the connection and answers when called again.
 */
#ifndef SERVER_HTTP_REQUEST_H
#define SERVER_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "http/metrics.h"
#include "store/writer.h"
#include "site/data.h"
#include "vm/principal.h"
#include "store/store.h"
#include "vm/vm.h"

struct service {
	const struct data *data;
	struct store *store;   /* for reading, by any thread, a few rows at a time */
	struct views *views;   /* the same, for what reads many rows: nobody waits for another's */
	struct writer *writer; /* everything that is written */
	struct login *login;   /* operators and creators */
	struct hub *hub;       /* connections that wait for a change */
	struct connections *connections; /* who holds them; http.c's */
	int64_t started;                 /* seconds since 1970 */
	struct budgets *budgets;         /* of VMs */
	uint64_t reserve;                /* bytes of the disk that are kept for operators */
	struct metrics metrics;
	atomic_size_t body_bytes; /* of all requests, at most HTTP_BODIES_MAX */
	atomic_uint streams;      /* live ones, at most HTTP_STREAMS_MAX */
};

struct request {
	struct service *service;
	struct MHD_Connection *connection;
	const struct route *route;  /* NULL until it is found */
	bool head;                  /* asked by HEAD: nothing is handed over */
	bool let_in;                /* by all that is judged before a body is read */
	unsigned methods;           /* that the path takes */
	char name[VM_NAME_MAX + 1]; /* what stands for the '*' of the route's path; "": none */
	const char *rest;           /* what stands for its '**'; valid during the call */
	size_t rest_at;             /* where that is in the path */
	char peer[ADDRESS_TEXT];
	char token[TOKEN_TEXT + 1]; /* as shown, at most one byte too long; "": none */
	char session[TOKEN_TEXT];   /* that somebody was let in by; "": none */
	struct principal who;       /* that was let in by session or token; no name: none */
	struct vm vm;               /* who asks, once a route for VMs has let it in */
	char *body;
	size_t body_size, body_room;
	size_t taken;           /* of the VM's budget */
	bool overflows;         /* the service has no room for the body: read and forgotten */
	unsigned retry_after_s; /* what a refusal tells; 0: RETRY_SECONDS */
	/* Of a suspended request: its function's own, freed by `release`. */
	void *pending;
	void (*release)(void *pending);
};

/* For bodies that a VM sends, however many. */
#define BODY_IS_SMALL(route) ((route)->body_max <= SMALL_BODY_MAX)

/* The query's value, or NULL. */
const char *request_query(const struct request *request, const char *key);
const char *request_header(const struct request *request, const char *name);
const char *request_cookie(const struct request *request, const char *name);

#endif
