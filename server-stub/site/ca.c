#include "site/ca.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/file.h"
#include "util/limits.h"
#include "util/text.h"

#define DAY 86400

/* From when to when, in seconds since 1970. */
struct validity {
	time_t from, until;
};

/* What both certificates have: version, serial, validity, key, its identifier, subject. */
static int fill_cert(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, const char *subject,
		     const struct validity *validity)
{
	unsigned char serial[16], id[64];
	size_t id_size = sizeof(id);
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (serial[0] & 0x7f) | 1; /* positive, and never shorter */
	if (code >= 0)
		code = gnutls_x509_crt_set_version(cert, 3);
	if (code >= 0)
		code = gnutls_x509_crt_set_serial(cert, serial, sizeof(serial));
	if (code >= 0)
		code = gnutls_x509_crt_set_activation_time(cert, validity->from);
	if (code >= 0)
		code = gnutls_x509_crt_set_expiration_time(cert, validity->until);
	if (code >= 0)
		code = gnutls_x509_crt_set_key(cert, key);
	if (code >= 0)
		code = gnutls_x509_crt_get_key_id(cert, 0, id, &id_size);
	if (code >= 0)
		code = gnutls_x509_crt_set_subject_key_id(cert, id, id_size);
	if (code >= 0)
		code = gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, subject,
						     (unsigned)strlen(subject));
	return code;
}

/* Each CA has a name of its own, so that an agent's error shows which one it met, and an agent with two knows them apart. */
static int ca_subject(char *subject, size_t size, struct err *err)
{
	unsigned char random[4];
	char hex[9];

	if (pem_check(gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)), "CA name", err) < 0)
		return -1;
	text_hex(hex, random, sizeof(random));
	snprintf(subject, size, "newroot site %s", hex);
	return 0;
}

static int sign_ca(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, struct err *err)
{
	const time_t now = time(NULL);
	const struct validity validity = {now - (time_t)CA_BACKDATE_DAYS * DAY,
					  now + (time_t)CA_DAYS * DAY};
	char subject[40];
	int code;

	if (ca_subject(subject, sizeof(subject), err) < 0)
		return -1;
	code = fill_cert(cert, key, subject, &validity);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(cert, 1, 0);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_KEY_CERT_SIGN |
								   GNUTLS_KEY_CRL_SIGN);
	if (code >= 0)
		code = gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0);
	return pem_check(code, DATA_CA_CERT, err);
}

static int make_cert(gnutls_x509_privkey_t key, gnutls_x509_crt_t *cert, struct err *err)
{
	if (pem_check(gnutls_x509_crt_init(cert), DATA_CA_CERT, err) < 0)
		return -1;
	if (sign_ca(*cert, key, err) == 0)
		return 0;
	gnutls_x509_crt_deinit(*cert);
	return -1;
}

int ca_make(const struct data *data, const char *key_name, gnutls_x509_crt_t *cert, struct err *err)
{
	gnutls_x509_privkey_t key;
	int ret;

	if (pem_key_new(&key, key_name, err) < 0)
		return -1;
	ret = make_cert(key, cert, err);
	if (ret == 0 && pem_keys_write(data, key_name, key, NULL, err) < 0) {
		gnutls_x509_crt_deinit(*cert);
		ret = -1;
	}
	gnutls_x509_privkey_deinit(key);
	return ret;
}

int ca_create(const struct data *data, struct err *err)
{
	gnutls_x509_crt_t cert;
	int ret;

	if (ca_make(data, DATA_CA_KEY, &cert, err) < 0)
		return -1;
	ret = pem_certs_write(data, DATA_CA_CERT, cert, NULL, err);
	gnutls_x509_crt_deinit(cert);
	return ret;
}

static int add_san(gnutls_x509_crt_t cert, gnutls_x509_subject_alt_name_t type, const void *value,
		   size_t size)
{
	return gnutls_x509_crt_set_subject_alt_name(cert, type, value, (unsigned)size,
						    GNUTLS_FSAN_APPEND);
}

/*
 * An address is written twice: as iPAddress, which the standards ask for, and as dNSName, which is
 * the only form that BearSSL's certificate engine compares.
 */
static int add_address(gnutls_x509_crt_t cert, const char *address)
{
	unsigned char bytes[16];
	const int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	int code;

	inet_pton(family, address, bytes);
	code = add_san(cert, GNUTLS_SAN_IPADDRESS, bytes, family == AF_INET6 ? 16 : 4);
	return code < 0 ? code : add_san(cert, GNUTLS_SAN_DNSNAME, address, strlen(address));
}

static int add_names(gnutls_x509_crt_t cert, const struct settings *settings)
{
	int code = 0;

	for (size_t i = 0; code >= 0 && i < settings->names; i++)
		code = add_san(cert, GNUTLS_SAN_DNSNAME, settings->name[i],
			       strlen(settings->name[i]));
	for (size_t i = 0; code >= 0 && i < settings->addresses; i++)
		code = add_address(cert, settings->address[i]);
	return code;
}

/* Which of several CAs of the same name signed it. */
static int set_issuer_id(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer)
{
	unsigned char id[64];
	size_t size = sizeof(id);
	int code = gnutls_x509_crt_get_subject_key_id(issuer, id, &size, NULL);

	return code < 0 ? code : gnutls_x509_crt_set_authority_key_id(cert, id, size);
}

/* Never after the CA's end: agents hold that an anchor is good for ever, others do not. */
static int server_validity(struct validity *validity, gnutls_x509_crt_t ca, int days,
			   struct err *err)
{
	const time_t now = time(NULL), end = gnutls_x509_crt_get_expiration_time(ca);
	char text[TEXT_TIME_MAX];

	if (end <= now)
		return err_set(
			err, ERR_SERVICE_CERTIFICATE, DATA_CA_CERT,
			"the site's CA ended on %s UTC, and signs nothing any more; `newroot-server ca rotate begin` makes another",
			text_time(text, (int64_t)end * 1000));
	validity->from = now - (time_t)CERT_BACKDATE_DAYS * DAY;
	validity->until = now + (time_t)days * DAY;
	if (validity->until > end)
		validity->until = end;
	return 0;
}

/* Who signs. */
struct signer {
	struct pem_certs anchors;
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert; /* of the key; one of the anchors */
};

static int signer_open(struct signer *signer, const struct data *data, struct err *err)
{
	unsigned which;

	memset(signer, 0, sizeof(*signer));
	if (pem_certs_read(data, DATA_CA_CERT, &signer->anchors, err) < 0)
		return -1;
	if (pem_key_read(data, DATA_CA_KEY, &signer->anchors, &signer->key, &which, err) < 0) {
		pem_certs_free(&signer->anchors);
		return -1;
	}
	signer->cert = signer->anchors.cert[which];
	return 0;
}

static void signer_close(struct signer *signer)
{
	gnutls_x509_privkey_deinit(signer->key);
	pem_certs_free(&signer->anchors);
}

static int sign_server(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key,
		       const struct settings *settings, const struct signer *signer,
		       const struct validity *validity, struct err *err)
{
	int code = fill_cert(cert, key, "newroot-server", validity);

	if (code >= 0)
		code = set_issuer_id(cert, signer->cert);
	if (code >= 0)
		code = add_names(cert, settings);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(cert, 0, -1);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_purpose_oid(cert, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (code >= 0)
		code = gnutls_x509_crt_sign2(cert, signer->cert, signer->key, GNUTLS_DIG_SHA256, 0);
	return pem_check(code, DATA_CERT, err);
}

/* Its key of now, that of its certificate if there is one: NULL when there is none. */
static gnutls_x509_privkey_t present_key(const struct data *data)
{
	struct err err = ERR_INIT;
	gnutls_x509_privkey_t key = NULL;
	struct pem_certs certs;
	unsigned which;
	bool found = pem_certs_read(data, DATA_CERT, &certs, &err) == 0 &&
		     pem_key_read(data, DATA_KEY, &certs, &key, &which, &err) == 0;

	pem_certs_free(&certs);
	if (!found && pem_key_read(data, DATA_KEY, NULL, &key, &which, &err) < 0)
		return NULL;
	return key;
}

/* A new key stands beside the old one until the certificate is the new one's, too. */
static int write_server(const struct data *data, gnutls_x509_crt_t cert, gnutls_x509_privkey_t key,
			gnutls_x509_privkey_t old, struct err *err)
{
	if (key == old)
		return pem_certs_write(data, DATA_CERT, cert, NULL, err);
	if (pem_keys_write(data, DATA_KEY, key, old, err) < 0 ||
	    pem_certs_write(data, DATA_CERT, cert, NULL, err) < 0)
		return -1;
	return old ? pem_keys_write(data, DATA_KEY, key, NULL, err) : 0;
}

static int make_server(const struct data *data, const struct settings *settings,
		       const struct signer *signer, const struct validity *validity,
		       gnutls_x509_privkey_t key, gnutls_x509_privkey_t old, struct err *err)
{
	gnutls_x509_crt_t cert;
	int ret = pem_check(gnutls_x509_crt_init(&cert), DATA_CERT, err);

	if (ret < 0)
		return -1;
	ret = sign_server(cert, key, settings, signer, validity, err);
	if (ret == 0)
		ret = write_server(data, cert, key, old, err);
	gnutls_x509_crt_deinit(cert);
	return ret;
}

static int issue(const struct data *data, const struct settings *settings,
		 const struct signer *signer, int days, bool fresh, struct err *err)
{
	gnutls_x509_privkey_t old = present_key(data), key = old;
	struct validity validity;
	int ret = server_validity(&validity, signer->cert, days, err);

	if (ret == 0 && (fresh || !old))
		ret = pem_key_new(&key, DATA_KEY, err);
	if (ret == 0) {
		ret = make_server(data, settings, signer, &validity, key, old, err);
		if (key != old)
			gnutls_x509_privkey_deinit(key);
	}
	gnutls_x509_privkey_deinit(old);
	return ret;
}

int ca_issue(const struct data *data, const struct settings *settings, int days, bool fresh,
	     struct err *err)
{
	struct signer signer;
	int ret;

	if (signer_open(&signer, data, err) < 0)
		return -1;
	ret = issue(data, settings, &signer, days, fresh, err);
	signer_close(&signer);
	return ret;
}

int ca_pin(const struct data *data, char pin[CA_PIN_TEXT], struct err *err)
{
	struct pem_certs certs;
	unsigned char id[32];
	size_t size = sizeof(id);
	int ret;

	if (pem_certs_read(data, DATA_CERT, &certs, err) < 0)
		return -1;
	ret = pem_check(
		gnutls_x509_crt_get_key_id(certs.cert[0], GNUTLS_KEYID_USE_SHA256, id, &size),
		DATA_CERT, err);
	pem_certs_free(&certs);
	if (ret == 0)
		text_hex(stpcpy(pin, "sha256:"), id, sizeof(id));
	return ret;
}

int ca_anchors(const struct data *data, char id[CA_ANCHORS_ID], char **text, struct err *err)
{
	unsigned char digest[32];
	char *read;
	size_t size;
	int ret;

	if (file_read(data->root, DATA_CA_CERT, SMALL_FILE_MAX, &read, &size, err) < 0)
		return -1;
	ret = pem_check(gnutls_hash_fast(GNUTLS_DIG_SHA256, read, size, digest), DATA_CA_CERT, err);
	if (ret == 0)
		text_hex(id, digest, sizeof(digest));
	if (ret == 0 && text)
		*text = read;
	else
		free(read);
	return ret;
}
