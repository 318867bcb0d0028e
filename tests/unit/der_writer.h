/* Certificates for tests, written element by element, well-formed or not. */
#ifndef NEWROOT_TESTS_DER_WRITER_H
#define NEWROOT_TESTS_DER_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct der {
	uint8_t data[4096];
	size_t size;
};

void der_add(struct der *der, unsigned tag, const void *value, size_t size);
void der_add_der(struct der *der, unsigned tag, const struct der *value);

/* A certificate whose subjectAltName holds `names` (GeneralNames); NULL: no extensions. */
void der_certificate(struct der *der, const struct der *names, const char *not_before,
		     const char *not_after);

#endif
