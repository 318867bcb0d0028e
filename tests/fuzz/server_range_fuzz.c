/* Range headers: whatever they say, the part lies within the file. The first 8 bytes are its size. */
#include <stdlib.h>
#include <string.h>

#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct range range;
	uint64_t file;
	char *header;

	if (size < sizeof(file))
		return 0;
	memcpy(&file, data, sizeof(file));
	header = strndup((const char *)data + sizeof(file), size - sizeof(file));
	if (!header)
		abort();
	if (range_parse(header, file, &range) == RANGE_PART &&
	    (range.length == 0 || range.first >= file || range.length > file - range.first))
		abort();
	free(header);
	return 0;
}
