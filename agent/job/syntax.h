/* From bytes to a JSON value, with what jansson leaves to its users: depth and repeated keys. */
#ifndef NEWROOT_JOB_SYNTAX_H
#define NEWROOT_JOB_SYNTAX_H

#include "job/reader.h"

/*
 * Parse `text`, NUL-terminated, of at most `most` bytes; `what` it is: "a job". The result is the
 * caller's to json_decref(). NULL after an error of size, depth or syntax, which carries line and
 * column. Every repeated key is added to the errors by its path, and the last value stands.
 */
json_t *syntax_parse(struct reader *r, const char *what, size_t most, const char *text,
		     size_t size);

#endif
