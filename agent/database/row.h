/* Columns by their names, of what the client program answers (database_client.named). */
#ifndef NEWROOT_DATABASE_ROW_H
#define NEWROOT_DATABASE_ROW_H

#include <stddef.h>

/*
 * Of the first row below the line of names, into `value`, as one line: where the value has newlines or tabs there are
 * blanks. "" when there is no such column, or no row.
 */
void row_get(const char *answer, const char *name, char *value, size_t size);

#endif
