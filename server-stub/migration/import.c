#include "migration/import.h"

#include <stdlib.h>
#include <string.h>

#include "migration/compile.h"

void import_read(struct import *import, const char *text, size_t size, const char *url,
		 const struct migration_sums *sums)
{
	*import = (struct import){.text = text};
	/* Both, whatever the first says: VMs without a mistake are compiled, and all errors are told together. */
	migration_parse(&import->migration, text, size, &import->arena, &import->errors);
	migration_compile(&import->migration, url, sums, &import->arena, &import->errors);
}

void import_free(struct import *import)
{
	migration_free(&import->migration);
	for (size_t i = 0; i < import->row_count; i++) {
		free(import->row[i].job);
		free(import->row[i].spec);
	}
	free(import->known);
	free(import->document);
	err_list_free(&import->errors);
	arena_free(&import->arena);
}
