/*
 * A request to any https origin under the service's trust, and its answer: the kept connection is used
 * where it can be, redirects are followed, the token goes to the service alone.
 */
#ifndef NEWROOT_SERVICE_EXCHANGE_H
#define NEWROOT_SERVICE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "service/connection.h"
#include "service/limits.h"
#include "service/service.h"
#include "service/x509.h"

struct service {
	struct url url;
	struct trust trust;
	char *ca_file; /* that they were read from; anchors.c follows it */
	struct {
		uint64_t inode, size;
		int64_t mtime_s, mtime_ns;
	} seen;                   /* of the file, when it was read last */
	char told[TRUST_ID_TEXT]; /* what the service is told instead of trust.id; "": that */
	bool pinned;              /* the service's own origin only */
	uint8_t pin[PIN_SIZE];
	char *token;  /* NULL: none */
	char mac[18]; /* "": not given */
	struct net_limits limits;
	struct connection *connection; /* kept alive; NULL: none */
};

/*
 * Send `request` (its host, target and token are filled in here) to `url` and read the head of the
 * answer, whatever its status; redirects of GET and HEAD are followed. After 0 the caller reads the
 * body and calls exchange_end(). ERR_HTTP_SYNTAX: a success in a Content-Encoding. Errors name the URL.
 */
int exchange_begin(struct service *service, const char *url, const struct http_request *request,
		   struct http_response *response, struct err *err);
/* As http_read(). */
ssize_t exchange_read(struct service *service, void *buf, size_t size, struct err *err);
/* Keep the connection if it is good for another request: a short rest of the body is read for that. */
void exchange_end(struct service *service);

/*
 * Read the whole body into malloc'ed, NUL-terminated `*body`, the caller's to free; ERR_HTTP_LIMIT beyond
 * `cap` bytes. Calls exchange_end().
 */
int exchange_body(struct service *service, const char *url, size_t cap, char **body, size_t *size,
		  struct err *err);

/*
 * ERR_HTTP_BUSY when the status is one that passes; of 401 and 403 ERR_SERVICE_IDENTITY or ERR_SERVICE_REACH when the service says so,
 * else ERR_HTTP_FORBIDDEN; for any other ERR_HTTP_STATUS; with what the peer says about
 * it and its Retry-After; reads the body, calls exchange_end(). Returns -1.
 */
int exchange_refused(struct service *service, const char *url, const struct http_response *response,
		     struct err *err);

#endif
