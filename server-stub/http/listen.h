/* Where to listen: "ADDR:PORT", an IPv6 address in brackets; port 0 is any free one. */
#ifndef SERVER_HTTP_LISTEN_H
#define SERVER_HTTP_LISTEN_H

#include <sys/socket.h>

#include "base/err.h"

#define LISTEN_DEFAULT "127.0.0.1:8443"

/* ERR_USAGE for anything else; names aren't looked up. */
int listen_parse(struct sockaddr_storage *address, const char *text, struct err *err);

unsigned listen_port(const struct sockaddr_storage *address);

/* Back to text, with the port that was found. */
#define LISTEN_TEXT 64
void listen_text(char out[LISTEN_TEXT], const struct sockaddr_storage *address, unsigned port);

#endif
