/* Any bytes as a certificate; what is read must lie inside it. */
#include <stdint.h>
#include <stdlib.h>

#include "service/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const struct cert_part *part, const uint8_t *data, size_t size)
{
	if (part->data && (part->data < data || part->size > (size_t)(data + size - part->data)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t address[16];
	struct cert cert;
	char names[100];

	if (cert_parse(&cert, data, size))
		return 0;
	check_inside(&cert.public_key, data, size);
	check_inside(&cert.names, data, size);
	check_inside(&cert.purposes, data, size);
	cert_is_for_servers(&cert);
	cert_names(&cert, names, sizeof(names));
	cert_has_address(&cert, address, 4);
	cert_has_address(&cert, address, 16);
	return 0;
}
