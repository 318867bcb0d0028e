/*
 * Getting things over HTTPS: a whole small answer into memory, or a stream of any size to a file
 * descriptor, hashed as it flows and resumed when cut.
 */
#ifndef NEWROOT_SERVICE_FETCH_H
#define NEWROOT_SERVICE_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "service/service.h"

struct fetch_info {
	uint64_t length; /* bytes */
	bool has_length;
	bool ranges;    /* the peer takes Range */
	char etag[128]; /* strong ETag with its quotes, or "" */
};

/* HEAD: is it there, how long. 404 is ERR_ARCHIVE_MISSING. */
int fetch_head(struct service *service, const char *url, struct fetch_info *info, struct err *err);

/*
 * GET at most `cap` bytes into malloc'ed, NUL-terminated `*body`, the caller's to free. `*status` is that of the
 * last answer; 0: there was none.
 */
int fetch_memory(struct service *service, const char *url, size_t cap, char **body, size_t *size,
		 int *status, struct err *err);

/*
 * GET the whole of `url` to `out_fd`. A cut connection is resumed with Range and If-Range, with
 * bounded retries and backoff; the sha256 covers the whole and is checked at the end when
 * `sha256` is not NULL (ERR_ARCHIVE_HASH). A stream whose peer can't resume fails with ERR_NET_CUT.
 * `progress` (may be NULL) hears bytes done and total. `*bytes` gets the length.
 */
int fetch_stream(struct service *service, const char *url, const uint8_t *sha256, int out_fd,
		 void (*progress)(uint64_t done, uint64_t total), uint64_t *bytes, struct err *err);

#endif
