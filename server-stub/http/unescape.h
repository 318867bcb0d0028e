/* Percent-decoding of paths and queries. */
#ifndef SERVER_HTTP_UNESCAPE_H
#define SERVER_HTTP_UNESCAPE_H

#include <stddef.h>

/*
 * In place, once: what comes out is not decoded again. A NUL or a malformed escape stays as it is, and so names
 * nothing. The length of what is left.
 */
size_t unescape(char *text);

#endif
