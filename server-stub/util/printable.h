/*
 * Text from outside made fit for people: a log, a terminal, a document. What agents, creators, documents and requests say may hold
 * escape sequences, C1 controls, marks that turn the direction of writing or take no place, broken UTF-8; nothing of that leaves
 * the service in text. One function says of a character whether it may, for all that print.
 */
#ifndef SERVER_UTIL_PRINTABLE_H
#define SERVER_UTIL_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes of the character that `text` begins with (RFC 3629: no overlong form, no surrogate); a byte that begins none counts as one.
 * `*printable`: it may be shown as it is, and '?' is to stand for it otherwise. `text` isn't at its end.
 */
size_t printable_size(const char *text, bool *printable);

/* All of `text`, as far as it fits into `size` bytes, cut between characters. Returns `out`. */
char *printable_copy(char *out, size_t size, const char *text);

#endif
