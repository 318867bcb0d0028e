/* A VM with the packages it uses: objects are merged by their keys, everything else is replaced. */
#ifndef SERVER_MIGRATION_MERGE_H
#define SERVER_MIGRATION_MERGE_H

#include "job/reader.h"
#include "migration/migration.h"

/* `from` over `into`, which is changed; `from` is copied. -1 without memory. */
int merge_json(json_t *into, const json_t *from);

/*
 * Fill ->merged of every VM that can be compiled, mark it sound, and let its members say what the merged
 * object says. What is missing even then is refused.
 */
void merge_vms(struct reader *r, struct migration *migration);

#endif
