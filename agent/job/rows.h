/* How tables of keys are written. A row is a key, read from left to right; the words of a row are the members of struct field (reader.h). */
#ifndef NEWROOT_JOB_ROWS_H
#define NEWROOT_JOB_ROWS_H

#include <stddef.h>

/* clang-format off */
#define AT(type, member) .offset = offsetof(struct type, member)
#define LIST(type, items, count) .offset = offsetof(struct type, items), .count_offset = offsetof(struct type, count)
#define FIELDS(table) .fields = (table), .field_count = sizeof(table) / sizeof((table)[0])
/* clang-format on */

#endif
