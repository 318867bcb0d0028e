#include "service/x509.h"

#include <nettle/sha2.h>
#include <string.h>

#include "service/clock.h"
#include "service/tls_text.h"

/* BearSSL counts days from year 0 of the proleptic Gregorian calendar. */
#define DAYS_TO_1970  719528
#define SECONDS_A_DAY 86400

/* NIST SP 800-131A: shorter RSA keys have been disallowed since 2014; BearSSL itself takes 1017 bits. */
#define RSA_BYTES_MIN (2048 / 8)

static struct x509 *self(const br_x509_class **ctx)
{
	return (struct x509 *)(void *)ctx;
}

static void start_chain(const br_x509_class **ctx, const char *server_name)
{
	struct x509 *x509 = self(ctx);
	bool check_name = !x509->pin && !x509->url->address_size;

	(void)server_name;
	x509->count = 0;
	x509->size = 0;
	x509->oversized = x509->parsed = x509->wrong_key = x509->wrong_purpose = false;
	x509->minimal.vtable->start_chain(&x509->minimal.vtable,
					  check_name ? x509->url->host : NULL);
}

/* The first certificate is kept, and handed on when it is whole: see set_time(). */
static void start_cert(const br_x509_class **ctx, uint32_t length)
{
	struct x509 *x509 = self(ctx);

	if (x509->count++)
		x509->minimal.vtable->start_cert(&x509->minimal.vtable, length);
	else
		x509->oversized = length > sizeof(x509->der);
}

static void append(const br_x509_class **ctx, const unsigned char *buf, size_t len)
{
	struct x509 *x509 = self(ctx);

	if (x509->count > 1) {
		x509->minimal.vtable->append(&x509->minimal.vtable, buf, len);
	} else if (!x509->oversized && len <= sizeof(x509->der) - x509->size) {
		memcpy(x509->der + x509->size, buf, len);
		x509->size += len;
	}
}

/*
 * With a clock that can't be right, all that is known is that it is not before the build. A
 * certificate may well be younger than that: then the earliest possible time is when it became valid.
 */
static void set_time(struct x509 *x509)
{
	x509->time = clock_now(&x509->clock_sure);
	if (!x509->clock_sure && x509->parsed && x509->cert.not_before > x509->time)
		x509->time = x509->cert.not_before;
	br_x509_minimal_set_time(&x509->minimal,
				 (uint32_t)(x509->time / SECONDS_A_DAY) + DAYS_TO_1970,
				 (uint32_t)(x509->time % SECONDS_A_DAY));
}

static void end_cert(const br_x509_class **ctx)
{
	struct x509 *x509 = self(ctx);
	const br_x509_class **minimal = &x509->minimal.vtable;

	if (x509->count == 1) {
		if (x509->oversized)
			return;
		x509->parsed = !cert_parse(&x509->cert, x509->der, x509->size);
		set_time(x509);
		(*minimal)->start_cert(minimal, (uint32_t)x509->size);
		if (x509->size)
			(*minimal)->append(minimal, x509->der, x509->size);
	}
	(*minimal)->end_cert(minimal);
}

static bool pin_matches(const struct x509 *x509)
{
	const struct cert_part *key = &x509->cert.public_key;
	struct sha256_ctx sha;
	uint8_t digest[PIN_SIZE];

	sha256_init(&sha);
	sha256_update(&sha, key->size, key->data);
	sha256_digest(&sha, sizeof(digest), digest);
	return !memcmp(digest, x509->pin, sizeof(digest));
}

static unsigned end_chain(const br_x509_class **ctx)
{
	struct x509 *x509 = self(ctx);
	const struct url *url = x509->url;
	unsigned error;

	if (x509->oversized)
		return BR_ERR_X509_LIMIT_EXCEEDED;
	error = x509->minimal.vtable->end_chain(&x509->minimal.vtable);
	if (error)
		return error;
	if (!x509->parsed)
		return BR_ERR_X509_INVALID_VALUE;
	x509->wrong_purpose = !cert_is_for_servers(&x509->cert);
	if (x509->wrong_purpose)
		return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
	if (x509->pin) {
		x509->wrong_key = !pin_matches(x509);
		return x509->wrong_key ? BR_ERR_X509_NOT_TRUSTED : 0;
	}
	if (url->address_size && !cert_has_address(&x509->cert, url->address, url->address_size))
		return BR_ERR_X509_BAD_SERVER_NAME;
	return 0;
}

static const br_x509_pkey *get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct x509 *x509 = (const struct x509 *)(const void *)ctx;

	return x509->minimal.vtable->get_pkey(&x509->minimal.vtable, usages);
}

static const br_x509_class class = {
	.context_size = sizeof(struct x509),
	.start_chain = start_chain,
	.start_cert = start_cert,
	.append = append,
	.end_cert = end_cert,
	.end_chain = end_chain,
	.get_pkey = get_pkey,
};

void x509_init(struct x509 *x509, const struct trust *trust, const struct url *url,
	       const uint8_t *pin)
{
	br_x509_minimal_context *minimal = &x509->minimal;

	memset(x509, 0, sizeof(*x509));
	x509->vtable = &class;
	x509->url = url;
	x509->pin = pin;
	br_x509_minimal_init(minimal, &br_sha256_vtable, trust->anchors, trust->count);
	br_x509_minimal_set_minrsa(minimal, RSA_BYTES_MIN);
	br_x509_minimal_set_rsa(minimal, br_rsa_pkcs1_vrfy_get_default());
	br_x509_minimal_set_ecdsa(minimal, br_ec_get_default(), br_ecdsa_vrfy_asn1_get_default());
	br_x509_minimal_set_hash(minimal, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(minimal, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(minimal, br_sha512_ID, &br_sha512_vtable);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int x509_pin_parse(uint8_t pin[static PIN_SIZE], const char *text, struct err *err)
{
	static const char prefix[] = "sha256:";
	const char *hex = text + sizeof(prefix) - 1;
	bool good = !strncmp(text, prefix, sizeof(prefix) - 1) && strlen(hex) == 2 * PIN_SIZE;

	for (size_t i = 0; good && i < PIN_SIZE; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

		good = high >= 0 && low >= 0;
		pin[i] = good ? (uint8_t)(high << 4 | low) : 0;
	}
	if (good)
		return 0;
	return err_set(err, ERR_TLS_PIN, NULL,
		       "the pin \"%.80s\" is not \"sha256:\" and 64 hex digits", text);
}

int x509_fail(const struct x509 *x509, int error, struct err *err)
{
	const char *text = tls_text(error);
	char from[CLOCK_TEXT], to[CLOCK_TEXT], now[CLOCK_TEXT], names[400];

	if (x509->wrong_key)
		return err_set(err, ERR_TLS_PIN, x509->url->host,
			       "the server's key is not the pinned one");
	if (x509->wrong_purpose)
		return err_set(
			err, ERR_TLS_UNTRUSTED, x509->url->host,
			"the server's certificate was not made for servers: its extended key usage lacks serverAuth");
	if (x509->parsed && error == BR_ERR_X509_EXPIRED)
		return err_set(err, ERR_TLS_EXPIRED, x509->url->host,
			       "%s: the server's is valid from %s to %s, checked for %s%s", text,
			       clock_text(x509->cert.not_before, from),
			       clock_text(x509->cert.not_after, to), clock_text(x509->time, now),
			       x509->clock_sure ? "" : " (the clock is not plausible)");
	if (x509->parsed && error == BR_ERR_X509_BAD_SERVER_NAME)
		return err_set(err, ERR_TLS_NAME, x509->url->host, "%s than \"%s\": it is for %s",
			       text, x509->url->host,
			       cert_names(&x509->cert, names, sizeof(names)));
	return err_set(err, tls_code(error), x509->url->host, "%s", text);
}
