/*
 * The trust anchors that agents are told of, replaceable while requests ask for them. An agent says which it has by their file's
 * SHA-256; one that has others gets these with the answer to its events, over the connection that its own vouch for.
 */
#ifndef SERVER_HTTP_ANCHORS_H
#define SERVER_HTTP_ANCHORS_H

#include "base/err.h"
#include "site/data.h"

/* (Re-)read ca.pem; after an error those in use stay. ERR_SERVICE_CERTIFICATE, ERR_SERVICE_FILE, ERR_IO. */
int anchors_load(const struct data *data, struct err *err);
void anchors_free(void);

/* Their text, malloc'ed, the caller's to free, for an agent that has `known`; NULL: that is them, or it does not say ("") what it has. */
char *anchors_news(const char *known);

#endif
