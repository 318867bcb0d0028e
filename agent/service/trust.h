/*
 * The trust anchors: the certificates of a PEM file, nothing else; no system store.
 */
#ifndef NEWROOT_SERVICE_TRUST_H
#define NEWROOT_SERVICE_TRUST_H

#include <bearssl.h>
#include <stddef.h>

#include "base/err.h"

#define TRUST_ID_TEXT 65

struct trust {
	br_x509_trust_anchor *anchors;
	size_t count;
	char id[TRUST_ID_TEXT]; /* trust_id() of the PEM text that they came from */
};

/* By what agent and service tell which anchors they mean: the SHA-256 of their PEM text, in hex. */
void trust_id(char id[static TRUST_ID_TEXT], const char *pem, size_t size);

/* Read the certificates of `path`: one at least. Errors: ERR_IO; ERR_TLS: not PEM, or not certificates. */
int trust_load(struct trust *trust, const char *path, struct err *err);
/* The same from memory; `where` is for messages. */
int trust_parse(struct trust *trust, const char *pem, size_t size, const char *where,
		struct err *err);
void trust_free(struct trust *trust);

#endif
