/* A TCP connection to the host of a URL. */
#ifndef NEWROOT_SERVICE_CONNECT_H
#define NEWROOT_SERVICE_CONNECT_H

#include "base/err.h"
#include "base/url.h"

/*
 * Try every address of the host, each for at most `limit_ms`. Returns a non-blocking descriptor,
 * closed on exec, the caller's to close; or -1 with ERR_NET_RESOLVE, ERR_NET_CONNECT or ERR_INTERRUPTED.
 */
int connect_url(const struct url *url, unsigned limit_ms, struct err *err);

#endif
