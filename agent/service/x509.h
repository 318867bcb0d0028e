/*
 * The check of a server's certificate, as a BearSSL X.509 engine. BearSSL's minimal engine verifies
 * chain, validity and DNS names; around it this one adds IP address names, the purpose and a pinned key, and
 * copes with a clock that is not to be trusted.
 */
#ifndef NEWROOT_SERVICE_X509_H
#define NEWROOT_SERVICE_X509_H

#include <bearssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "service/cert.h"
#include "service/trust.h"
#include "base/url.h"

#define PIN_SIZE 32 /* SHA-256 of the SubjectPublicKeyInfo */

struct x509 {
	const br_x509_class *vtable; /* first: what BearSSL is given */
	br_x509_minimal_context minimal;
	const struct url *url;
	const uint8_t *pin; /* NULL: the name is checked; else the key is, in its place */
	unsigned count;     /* certificates seen */
	size_t size;        /* of the first one */
	bool oversized;
	bool parsed;
	bool wrong_key;     /* the pin differs */
	bool wrong_purpose; /* it is not for servers */
	bool clock_sure;
	int64_t time;     /* that validity was checked for */
	struct cert cert; /* the first one, into der */
	uint8_t der[CERT_BYTES_MAX];
};

/* `trust`, `url` and `pin` (PIN_SIZE bytes, or NULL) must outlive `x509`. */
void x509_init(struct x509 *x509, const struct trust *trust, const struct url *url,
	       const uint8_t *pin);

/* "sha256:HEX" into `pin`. ERR_TLS_PIN quotes what is malformed. */
int x509_pin_parse(uint8_t pin[static PIN_SIZE], const char *text, struct err *err);

/* Describe a failed check, BearSSL's `error`, with what the certificate says. Returns -1. */
int x509_fail(const struct x509 *x509, int error, struct err *err);

#endif
