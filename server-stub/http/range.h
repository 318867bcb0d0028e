/* The Range header (RFC 9110, section 14) of a request for a file: one range of bytes. */
#ifndef SERVER_HTTP_RANGE_H
#define SERVER_HTTP_RANGE_H

#include <stdint.h>

enum range_kind {
	RANGE_WHOLE,         /* no range, several, another unit or not understood: send all */
	RANGE_PART,          /* first and length are set; length is at least 1 */
	RANGE_UNSATISFIABLE, /* beyond the end: 416 */
};

struct range {
	uint64_t first, length;
};

/* `header` may be NULL; `size` is that of the file. */
enum range_kind range_parse(const char *header, uint64_t size, struct range *range);

#endif
