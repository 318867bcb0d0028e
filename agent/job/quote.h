/*
 * Rejected values in messages: safe for any console (ASCII, no control characters), short, and
 * without the password of a URL. Results are in the arena.
 */
#ifndef NEWROOT_JOB_QUOTE_H
#define NEWROOT_JOB_QUOTE_H

#include <jansson.h>

#include "base/arena.h"

/* Strings as JSON, at most QUOTE_MAX bytes of them; "a list" and "an object" for those. */
const char *quote(struct arena *arena, const json_t *value);

/* A key as a part of a JSON pointer (RFC 6901): "/" is "~1", "~" is "~0". */
const char *quote_key(struct arena *arena, const char *key);

#endif
