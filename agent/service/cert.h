/*
 * What the agent itself reads of a server's X.509 certificate (RFC 5280, DER): BearSSL checks the
 * chain, but knows neither IP addresses nor pinned keys, and takes a certificate made for any purpose. The walk is strict and never leaves the buffer.
 */
#ifndef NEWROOT_SERVICE_CERT_H
#define NEWROOT_SERVICE_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cert_part {
	const uint8_t *data; /* into the certificate */
	size_t size;
};

struct cert {
	struct cert_part public_key; /* SubjectPublicKeyInfo with its header: pins are its hash */
	struct cert_part names;      /* GeneralNames inside subjectAltName; size 0: none */
	struct cert_part purposes;   /* OIDs inside extKeyUsage; data NULL: it is not there */
	int64_t not_before;          /* seconds since 1970 */
	int64_t not_after;
};

/* 0, or -1: malformed. `der` must outlive `cert`. */
int cert_parse(struct cert *cert, const uint8_t *der, size_t size);

/* Is `address` (4 or 16 bytes) among the iPAddress names? */
bool cert_has_address(const struct cert *cert, const uint8_t *address, size_t size);

/* May it identify a server? RFC 5280 4.2.1.12: serverAuth, anyExtendedKeyUsage, or no restriction. */
bool cert_is_for_servers(const struct cert *cert);

/* "db1.example, 10.0.0.1": for messages, cut at `size`. Returns `buf`. */
const char *cert_names(const struct cert *cert, char *buf, size_t size);

#endif
