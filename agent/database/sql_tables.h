/* The tables and views that a dump makes, by the hashes of their names: how many there must be after it. */
#ifndef NEWROOT_DATABASE_SQL_TABLES_H
#define NEWROOT_DATABASE_SQL_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SQL_TABLES_MAX (1U << 20) /* 8 MiB; servers are said to have 100,000 */

struct sql_tables {
	uint64_t *slot; /* 0: free */
	size_t room, used, count;
};

/* `schema` may be "". Beyond SQL_TABLES_MAX, or without memory, they are no longer counted. */
void sql_tables_add(struct sql_tables *tables, const char *schema, const char *name);
void sql_tables_remove(struct sql_tables *tables, const char *schema, const char *name);
bool sql_tables_has(const struct sql_tables *tables, const char *schema, const char *name);
void sql_tables_free(struct sql_tables *tables);

#endif
