/*
 * The one grammar of URLs (RFC 3986), of jobs, of the service and of redirects: parsed strictly; redirects resolved against the URL they came from.
 */
#ifndef NEWROOT_BASE_URL_H
#define NEWROOT_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What every server and proxy takes (RFC 7230 3.1.1 asks for 8000 at least, practice is 2 KB). */
#define URL_BYTES_MAX    2048
#define URL_PORT_DEFAULT 443

struct url {
	char host
		[254]; /* lower case, without brackets: a name of at most 253 bytes, or an address */
	uint8_t address[16]; /* of an address host, network order */
	size_t address_size; /* 4, 16, or 0: the host is a name */
	uint16_t port;
	char target[URL_BYTES_MAX]; /* "/path?query", as it goes into the request line */
};

/* Parse an absolute https URL. User names, other schemes and bytes that need %-encoding are refused
 * (ERR_URL); a fragment is dropped. */
int url_parse(struct url *url, const char *text, struct err *err);

/* The same for another scheme, such as "nfs://"; `port` is that of a URL without one. */
int url_parse_as(struct url *url, const char *scheme, uint16_t port, const char *text,
		 struct err *err);

/* The byte that "%20" stands for, 0 to 255; -1: at `at` is no escape. */
int url_escaped(const char *at);

/* Resolve a Location header against `base`: absolute, //host/…, /path, path or ?query. ERR_URL. */
int url_resolve(struct url *url, const struct url *base, const char *reference, struct err *err);

/* Scheme, host and port are the same: the same peer, whom a token may be shown to. */
bool url_same_origin(const struct url *a, const struct url *b);

#define URL_AUTHORITY_MAX 264 /* "[v6 address]:65535" or name:65535, with its NUL */
/* "name", "name:8443", "[::1]:8443": the Host header. Returns `buf`. */
const char *url_authority(const struct url *url, char buf[static URL_AUTHORITY_MAX]);

/* "https://authority/target" for messages, cut at `size`. Returns `buf`. */
const char *url_text(const struct url *url, char *buf, size_t size);

#endif
