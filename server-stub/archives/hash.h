/* SHA-256 of a stream, which may be copied on the way. */
#ifndef SERVER_ARCHIVES_HASH_H
#define SERVER_ARCHIVES_HASH_H

#include <gnutls/crypto.h>
#include <stddef.h>

#include "base/err.h"

/* Read `from` to its end, write it to `to` (-1: nowhere). `sha256` gets the hash as hex; after an error it is as it was. */
int hash_stream(int from, int to, const char *name, char sha256[65], struct err *err);

/* The same piece by piece: each is added, the end frees it. Errors: ERR_INTERNAL. */
int hash_begin(gnutls_hash_hd_t *hash, const char *name, struct err *err);
int hash_add(gnutls_hash_hd_t hash, const char *name, const void *data, size_t size,
	     struct err *err);
void hash_end(gnutls_hash_hd_t hash, char sha256[65]);

#endif
