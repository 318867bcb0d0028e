/* Stands in for exchange.c: answers come from a script, requests are remembered. */
#ifndef NEWROOT_TESTS_FAKE_EXCHANGE_H
#define NEWROOT_TESTS_FAKE_EXCHANGE_H

#include "service/exchange.h"

struct fake_answer {
	enum err_code begin; /* the request itself fails */
	int status;
	uint64_t from, total; /* Content-Range of 206 */
	bool open_range;      /* its length is not told */
	bool no_length;
	const char *etag;
	const char *body;
	size_t cut; /* not 0: the body breaks after so many bytes */
	unsigned retry_after_s;
};

extern struct {
	const struct fake_answer *answers;
	size_t count, next;
	char url[512], method[8], body[4096], if_range[128]; /* of the last request */
	uint64_t from;
	bool first_byte;
} fake;

void fake_script(const struct fake_answer *answers, size_t count);

#endif
