/* Pools: ranges of MACs and of IPv4 addresses, as text and as numbers. */
#ifndef SERVER_MIGRATION_POOL_H
#define SERVER_MIGRATION_POOL_H

#include "migration/migration.h"
#include "vm/names.h"

struct pool_kind {
	uint64_t (*number)(const char *text); /* 0 for what isn't one */
	void (*text)(char out[ADDRESS_TEXT], uint64_t number);
};

extern const struct pool_kind pool_of_macs, pool_of_addresses;

/* "FIRST-LAST", at most MIGRATION_POOL_MAX; false for anything else. */
bool pool_parse(const struct pool_kind *kind, const char *text, struct migration_range *range);
bool pool_has(const struct pool_kind *kind, const struct migration_range *range, const char *text);

#endif
