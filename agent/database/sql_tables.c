#include "database/sql_tables.h"

#include <stdlib.h>

#define FIRST_ROOM 1024
#define REMOVED    1 /* no hash */

/* FNV-1a, 64 bit: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_more(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211U;
	return (hash ^ '.') * 1099511628211U;
}

static uint64_t hash_of(const char *schema, const char *name)
{
	const uint64_t hash = hash_more(hash_more(14695981039346656037U, schema), name);

	return hash > REMOVED ? hash : REMOVED + 1;
}

/* Where it is, or the free slot where it would be. */
static uint64_t *find(const struct sql_tables *tables, uint64_t hash)
{
	size_t i = hash & (tables->room - 1);

	while (tables->slot[i] && tables->slot[i] != hash)
		i = (i + 1) & (tables->room - 1);
	return &tables->slot[i];
}

/* Half of it stays free: find() ends. */
static bool grow(struct sql_tables *tables)
{
	struct sql_tables more = {.room = tables->room ? 2 * tables->room : FIRST_ROOM};

	if (2 * tables->used < tables->room)
		return true;
	if (more.room > SQL_TABLES_MAX)
		return false;
	more.slot = calloc(more.room, sizeof(*more.slot));
	if (!more.slot)
		return false;
	for (size_t i = 0; i < tables->room; i++)
		if (tables->slot[i] > REMOVED)
			*find(&more, tables->slot[i]) = tables->slot[i];
	more.used = more.count = tables->count;
	free(tables->slot);
	*tables = more;
	return true;
}

void sql_tables_add(struct sql_tables *tables, const char *schema, const char *name)
{
	const uint64_t hash = hash_of(schema, name);
	uint64_t *slot;

	if (!grow(tables))
		return;
	slot = find(tables, hash);
	if (*slot)
		return;
	*slot = hash;
	tables->used++;
	tables->count++;
}

void sql_tables_remove(struct sql_tables *tables, const char *schema, const char *name)
{
	uint64_t *slot = tables->room ? find(tables, hash_of(schema, name)) : NULL;

	if (!slot || !*slot)
		return;
	*slot = REMOVED;
	tables->count--;
}

bool sql_tables_has(const struct sql_tables *tables, const char *schema, const char *name)
{
	return tables->room && *find(tables, hash_of(schema, name));
}

void sql_tables_free(struct sql_tables *tables)
{
	free(tables->slot);
	*tables = (struct sql_tables){0};
}
