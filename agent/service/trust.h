/*
 * The trust anchors: the certificates of a PEM file, nothing else; no system store.
 */
#ifndef NEWROOT_SERVICE_TRUST_H
#define NEWROOT_SERVICE_TRUST_H

#include <bearssl.h>
#include <stddef.h>

#include "base/err.h"

struct trust {
	br_x509_trust_anchor *anchors;
	size_t count;
};

/* Read the certificates of `path`: one at least. Errors: ERR_IO; ERR_TLS: not PEM, or not certificates. */
int trust_load(struct trust *trust, const char *path, struct err *err);
/* The same from memory; `where` is for messages. */
int trust_parse(struct trust *trust, const char *pem, size_t size, const char *where,
		struct err *err);
void trust_free(struct trust *trust);

#endif
