/* The head of an HTTP response: from parsed header lines to struct http_response. Internal to http.c. */
#ifndef NEWROOT_SERVICE_HTTP_HEAD_H
#define NEWROOT_SERVICE_HTTP_HEAD_H

#include "service/http.h"

/*
 * Parse `size` bytes of head. Returns its length; 0: more is needed; -1 with ERR_HTTP_SYNTAX.
 * Fills the response, and of `http` what concerns framing: body, left, persistent.
 */
ssize_t http_head_parse(struct http *http, const char *data, size_t size, bool head,
			struct http_response *response, struct err *err);

#endif
