/* SHA-256 of a stream, which may be copied on the way. */
#ifndef SERVER_ARCHIVES_HASH_H
#define SERVER_ARCHIVES_HASH_H

#include "base/err.h"

/* Read `from` to its end, write it to `to` (-1: nowhere). `sha256` gets the hash as hex. */
int hash_stream(int from, int to, const char *name, char sha256[65], struct err *err);

#endif
