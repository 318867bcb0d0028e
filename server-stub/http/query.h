/* Values out of a request's query and headers, as text. */
#ifndef SERVER_HTTP_QUERY_H
#define SERVER_HTTP_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

/* A decimal number within the bounds, nothing around it. `text` may be NULL: then `*value` stays as it is. */
bool query_number(const char *text, int64_t min, int64_t max, int64_t *value);

/* "BOOT:SEQ", the id of an event in a live log. */
bool query_event_id(const char *text, char boot[BOOT_UUID_TEXT], int64_t *seq);

#endif
