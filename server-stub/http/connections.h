/*
 * Who holds the connections. Nobody can keep the others out by opening connections and saying nothing: what a peer has not said
 * by its deadline ends its connection, whether bytes drip in meanwhile or not; strangers share a part of the places, those of one
 * network a part of that, and where places are short the oldest silent stranger makes room for the next. Places are left
 * for the addresses of VMs, and more for those where an operator was let in.
 */
#ifndef SERVER_HTTP_CONNECTIONS_H
#define SERVER_HTTP_CONNECTIONS_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "store/store.h"

enum who {
	WHO_STRANGER,
	WHO_VM,       /* the address of a VM, or where one showed its token */
	WHO_OPERATOR, /* an address where an operator or a creator was let in today */
	WHO_COUNT
};

const char *who_name(enum who who);

/* For the metrics. */
struct connection_counts {
	uint64_t open[WHO_COUNT];
	uint64_t refused; /* not accepted: no place */
	uint64_t evicted; /* ended to make room */
	uint64_t late;    /* ended at a deadline */
};

struct connections;

/* `total` and `per_address` are caps; `store` is for reading, and outlives it. A thread watches the deadlines. */
int connections_start(struct connections **connections, unsigned total, unsigned per_address,
		      struct store *store, struct err *err);
/* After MHD has ended all connections. NULL-safe. */
void connections_stop(struct connections *connections);

/* MHD's questions and notices; `cls` is the struct connections. */
enum MHD_Result connections_accept(void *cls, const struct sockaddr *address, socklen_t size);
void connections_notify(void *cls, struct MHD_Connection *connection, void **context,
			enum MHD_ConnectionNotificationCode what);

/* The head of a request is there, and its body is due. */
void connections_await_body(struct connections *connections, struct MHD_Connection *connection);
/* The request is there: it is up to the service now. */
void connections_await_answer(struct connections *connections, struct MHD_Connection *connection);
/* It was answered. */
void connections_await_next(struct connections *connections, struct MHD_Connection *connection);
/* Who asks has proved to be one of these: a VM by its id, an operator (0). */
void connections_prove(struct connections *connections, struct MHD_Connection *connection,
		       enum who who, int64_t vm);

void connections_count(struct connections *connections, struct connection_counts *counts);

#endif
