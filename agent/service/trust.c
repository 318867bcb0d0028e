#include "service/trust.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "service/tls_text.h"

/* Bytes that BearSSL's decoders hand out in pieces. */
struct bytes {
	unsigned char *data;
	size_t size;
	bool failed; /* sticky: too long, or no memory */
};

static void bytes_add(void *ctx, const void *data, size_t size)
{
	struct bytes *bytes = ctx;
	unsigned char *grown;

	if (bytes->failed || !size)
		return;
	grown = bytes->size + size > CERT_BYTES_MAX ? NULL
						    : realloc(bytes->data, bytes->size + size);
	if (!grown) {
		bytes->failed = true;
		return;
	}
	memcpy(grown + bytes->size, data, size);
	bytes->data = grown;
	bytes->size += size;
}

static unsigned char *copy(const unsigned char *data, size_t size)
{
	unsigned char *p = malloc(size ? size : 1);

	if (p && size)
		memcpy(p, data, size);
	return p;
}

/* 0, or -1: no memory, or a kind of key that is unknown. */
static int copy_key(br_x509_pkey *to, const br_x509_pkey *from)
{
	to->key_type = from->key_type;
	switch (from->key_type) {
	case BR_KEYTYPE_RSA:
		to->key.rsa = from->key.rsa;
		to->key.rsa.n = copy(from->key.rsa.n, from->key.rsa.nlen);
		to->key.rsa.e = copy(from->key.rsa.e, from->key.rsa.elen);
		return to->key.rsa.n && to->key.rsa.e ? 0 : -1;
	case BR_KEYTYPE_EC:
		to->key.ec = from->key.ec;
		to->key.ec.q = copy(from->key.ec.q, from->key.ec.qlen);
		return to->key.ec.q ? 0 : -1;
	default:
		to->key_type = 0;
		return -1;
	}
}

static void anchor_free(br_x509_trust_anchor *anchor)
{
	free(anchor->dn.data);
	if (anchor->pkey.key_type == BR_KEYTYPE_RSA) {
		free(anchor->pkey.key.rsa.n);
		free(anchor->pkey.key.rsa.e);
	} else if (anchor->pkey.key_type == BR_KEYTYPE_EC) {
		free(anchor->pkey.key.ec.q);
	}
}

static int anchor_make(br_x509_trust_anchor *anchor, const struct bytes *der, const char *where,
		       struct err *err)
{
	br_x509_decoder_context decoder;
	struct bytes dn = {0};
	const br_x509_pkey *key;

	br_x509_decoder_init(&decoder, bytes_add, &dn);
	br_x509_decoder_push(&decoder, der->data, der->size);
	key = br_x509_decoder_get_pkey(&decoder);
	if (!key || dn.failed) {
		free(dn.data);
		return err_set(err, ERR_TLS, where,
			       "a certificate can't be used as trust anchor: %s",
			       dn.failed ? "its name is too long"
					 : tls_text(br_x509_decoder_last_error(&decoder)));
	}
	*anchor = (br_x509_trust_anchor){.dn = {dn.data, dn.size}};
	anchor->flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
	if (copy_key(&anchor->pkey, key))
		return err_set(err, ERR_MEMORY, where, "no memory for a trust anchor");
	return 0;
}

static int trust_add(struct trust *trust, const struct bytes *der, const char *where,
		     struct err *err)
{
	if (der->failed)
		return err_set(err, ERR_TLS, where, "a certificate is longer than %d bytes",
			       CERT_BYTES_MAX);
	if (trust->count == TRUST_ANCHORS_MAX)
		return err_set(err, ERR_TLS, where, "more than %d certificates", TRUST_ANCHORS_MAX);
	/* Counted first, so that trust_free() takes care of one made halfway. */
	return anchor_make(&trust->anchors[trust->count++], der, where, err);
}

static bool is_certificate(const char *name)
{
	return !strcasecmp(name, "CERTIFICATE") || !strcasecmp(name, "X509 CERTIFICATE");
}

/* Feed all of `pem` through the decoder; `der` holds the object being read. */
static int parse_objects(struct trust *trust, const char *pem, size_t size, struct bytes *der,
			 const char *where, struct err *err)
{
	br_pem_decoder_context decoder;
	bool wanted = false, open = false;

	br_pem_decoder_init(&decoder);
	while (size) {
		size_t used = br_pem_decoder_push(&decoder, pem, size);

		pem += used;
		size -= used;
		switch (br_pem_decoder_event(&decoder)) {
		case BR_PEM_BEGIN_OBJ:
			open = true;
			wanted = is_certificate(br_pem_decoder_name(&decoder));
			der->size = 0;
			br_pem_decoder_setdest(&decoder, wanted ? bytes_add : NULL, der);
			break;
		case BR_PEM_END_OBJ:
			open = false;
			if (wanted && trust_add(trust, der, where, err))
				return -1;
			break;
		case BR_PEM_ERROR:
			return err_set(err, ERR_TLS, where, "malformed PEM");
		default:
			break;
		}
	}
	return open ? err_set(err, ERR_TLS, where, "the PEM file ends inside an object") : 0;
}

void trust_id(char id[static TRUST_ID_TEXT], const char *pem, size_t size)
{
	unsigned char digest[br_sha256_SIZE];
	br_sha256_context sha;

	br_sha256_init(&sha);
	br_sha256_update(&sha, pem, size);
	br_sha256_out(&sha, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(id + 2 * i, 3, "%02x", digest[i]);
}

int trust_parse(struct trust *trust, const char *pem, size_t size, const char *where,
		struct err *err)
{
	struct bytes der = {0};
	int ret;

	*trust = (struct trust){.anchors = calloc(TRUST_ANCHORS_MAX, sizeof(*trust->anchors))};
	if (!trust->anchors)
		return err_set(err, ERR_MEMORY, where, "no memory for trust anchors");
	trust_id(trust->id, pem, size);
	ret = parse_objects(trust, pem, size, &der, where, err);
	free(der.data);
	if (!ret && !trust->count)
		ret = err_set(err, ERR_TLS, where,
			      "no certificate in it; PEM with the CA's is expected");
	if (ret)
		trust_free(trust);
	return ret;
}

/* The decoder sees the end of an object only when its last line ends; there is room for that. */
static int trust_terminated(struct trust *trust, char *pem, size_t size, const char *where,
			    struct err *err)
{
	char id[TRUST_ID_TEXT];
	int ret;

	trust_id(id, pem, size);
	pem[size++] = '\n';
	ret = trust_parse(trust, pem, size, where, err);
	memcpy(trust->id, id, sizeof(id));
	return ret;
}

int trust_load(struct trust *trust, const char *path, struct err *err)
{
	char *pem = malloc(TRUST_BYTES_MAX + 1);
	int fd, ret;
	ssize_t size;

	*trust = (struct trust){0};
	if (!pem)
		return err_set(err, ERR_MEMORY, path, "no memory to read it");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* One byte more than is accepted tells that there is too much. */
	size = fd < 0 ? -1 : read_all(fd, pem, TRUST_BYTES_MAX + 1);
	if (size < 0)
		ret = err_sys(err, ERR_IO, path, "the CA file can't be read");
	else if (size > TRUST_BYTES_MAX)
		ret = err_set(err, ERR_TLS, path, "the CA file is longer than %d bytes",
			      TRUST_BYTES_MAX);
	else
		ret = trust_terminated(trust, pem, (size_t)size, path, err);
	if (fd >= 0)
		close(fd);
	free(pem);
	return ret;
}

void trust_free(struct trust *trust)
{
	for (size_t i = 0; i < trust->count; i++)
		anchor_free(&trust->anchors[i]);
	free(trust->anchors);
	*trust = (struct trust){0};
}
