/* The small bodies that operators and creators send: one JSON object of strings, read by a table of its keys. */
#ifndef SERVER_HTTP_BODY_H
#define SERVER_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct body_key {
	const char *name;
	char *value; /* gets the string; "" when the key is absent */
	size_t size; /* of `value`; a longer string is refused */
	bool required;
};

/*
 * Nothing at all counts as {}. Unknown keys, doubled ones and other types are refused. Errors: ERR_SERVICE_BODY, `where` being
 * the key or "line 1 column 5".
 */
int body_parse(const char *body, size_t size, const struct body_key *keys, size_t count,
	       struct err *err);

#endif
