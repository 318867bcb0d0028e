/*
 * A TLS 1.2 client connection over a non-blocking socket (BearSSL). Every wait has a time limit.
 */
#ifndef NEWROOT_SERVICE_TLS_H
#define NEWROOT_SERVICE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "service/limits.h"
#include "service/trust.h"
#include "base/url.h"

struct tls;

/*
 * Shake hands with the host of `url` over `fd`, which is taken over, also on failure. `pin`: see
 * x509_init(). `url`, `trust` and `pin` must outlive the connection; `limit_ms` is for all of it.
 * Errors: ERR_TLS…, ERR_NET_CUT, ERR_NET_TIMEOUT, ERR_INTERRUPTED.
 */
int tls_open(struct tls **tls, int fd, const struct url *url, const struct trust *trust,
	     const uint8_t *pin, unsigned limit_ms, struct err *err);

/* All reads and writes to come may take so long together … */
void tls_limit_all(struct tls *tls, unsigned limit_ms);
/* … or each wait for the peer stall_ms, however much there is to read; and of what is read, rate_bytes have to come in
 * each rate_ms of waiting. The time between two reads is the caller's: its disk may be slow. */
void tls_limit_each(struct tls *tls, const struct net_limits *limits);

/* Up to `size` bytes. 0: the peer ended with close_notify. -1: ERR_NET_CUT (it ended without), … */
ssize_t tls_read(struct tls *tls, void *buf, size_t size, struct err *err);

/* All of it, sent off; 0 or -1. Failures are sticky. */
int tls_write(struct tls *tls, const void *buf, size_t size, struct err *err);

/* With `notify` close_notify is sent, if that needs no waiting. Without: nothing reaches the peer
 * (a forked child dropping its parent's connection). Frees `tls`; NULL is allowed. */
void tls_close(struct tls *tls, bool notify);

#endif
