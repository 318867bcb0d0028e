/* Any bytes as an ELF file: sections are found within it or not at all, strings end within their section. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "archive/modfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_section(const uint8_t *data, size_t size, const char *name)
{
	struct modfile_strings strings;
	const char *string;
	size_t total = 0;

	if (!modfile_section(data, size, name, &strings))
		return;
	for (size_t at = 0; (string = modfile_next(&strings, &at));) {
		total += strlen(string) + 1;
		modfile_value(string, "alias");
	}
	if (total > strings.size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_section(data, size, ".modinfo");
	check_section(data, size, "__ksymtab_strings");
	modfile_is_dynamic(data, size);
	return 0;
}
