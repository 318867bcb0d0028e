/* Any bytes as a CA file. */
#include <stdint.h>
#include <stdlib.h>

#include "service/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust trust;
	struct err err = ERR_INIT;

	if (trust_parse(&trust, (const char *)data, size, "fuzz", &err)) {
		if (!err.code || trust.count)
			abort();
		return 0;
	}
	trust_free(&trust);
	return 0;
}
