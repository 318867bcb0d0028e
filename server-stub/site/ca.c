#include "site/ca.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/file.h"
#include "util/text.h"

#define DAY 86400

/* GnuTLS returns negative codes; the first one becomes the error. */
static int tls_check(int code, const char *what, struct err *err)
{
	if (code < 0)
		return err_set(err, ERR_SERVICE_CERTIFICATE, what, "%s", gnutls_strerror(code));
	return 0;
}

static int write_pem(const struct data *data, const char *name, gnutls_datum_t *pem, mode_t mode,
		     struct err *err)
{
	int ret = file_write(data->root, name, pem->data, pem->size, mode, err);

	gnutls_memset(pem->data, 0, pem->size);
	gnutls_free(pem->data);
	return ret;
}

static int new_key(const struct data *data, const char *name, gnutls_x509_privkey_t key,
		   struct err *err)
{
	gnutls_datum_t pem;
	int code = gnutls_x509_privkey_generate(
		key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);

	if (code >= 0)
		code = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
							 GNUTLS_PKCS_PLAIN, &pem);
	if (tls_check(code, name, err) < 0)
		return -1;
	return write_pem(data, name, &pem, 0600, err);
}

static int load_key(const struct data *data, const char *name, gnutls_x509_privkey_t key,
		    struct err *err)
{
	char *text;
	size_t size;
	int ret;

	if (file_read(data->root, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	ret = tls_check(gnutls_x509_privkey_import2(key,
						    &(gnutls_datum_t){(void *)text, (unsigned)size},
						    GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN),
			name, err);
	gnutls_memset(text, 0, size);
	free(text);
	return ret;
}

static int load_cert(const struct data *data, const char *name, gnutls_x509_crt_t cert,
		     struct err *err)
{
	char *text;
	size_t size;
	int ret;

	if (file_read(data->root, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	ret = tls_check(gnutls_x509_crt_import(cert,
					       &(gnutls_datum_t){(void *)text, (unsigned)size},
					       GNUTLS_X509_FMT_PEM),
			name, err);
	free(text);
	return ret;
}

/* What both certificates have: version, serial, validity, key, its identifier, subject. */
static int fill_cert(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, const char *subject,
		     int days)
{
	unsigned char serial[16], id[64];
	size_t id_size = sizeof(id);
	time_t now = time(NULL);
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (serial[0] & 0x7f) | 1; /* positive, and never shorter */
	if (code >= 0)
		code = gnutls_x509_crt_set_version(cert, 3);
	if (code >= 0)
		code = gnutls_x509_crt_set_serial(cert, serial, sizeof(serial));
	if (code >= 0)
		code = gnutls_x509_crt_set_activation_time(cert,
							   now - (time_t)CA_BACKDATE_DAYS * DAY);
	if (code >= 0)
		code = gnutls_x509_crt_set_expiration_time(cert, now + (time_t)days * DAY);
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

static int sign_and_write(const struct data *data, const char *name, gnutls_x509_crt_t cert,
			  gnutls_x509_crt_t issuer, gnutls_x509_privkey_t key, struct err *err)
{
	gnutls_datum_t pem;
	int code = gnutls_x509_crt_sign2(cert, issuer, key, GNUTLS_DIG_SHA256, 0);

	if (code >= 0)
		code = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &pem);
	if (tls_check(code, name, err) < 0)
		return -1;
	return write_pem(data, name, &pem, 0644, err);
}

/* Each site's CA has a name of its own, so that an agent's error shows which one it met. */
static int ca_subject(char *subject, size_t size, struct err *err)
{
	unsigned char random[4];
	char hex[9];

	if (tls_check(gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)), "CA name", err) < 0)
		return -1;
	text_hex(hex, random, sizeof(random));
	snprintf(subject, size, "newroot site %s", hex);
	return 0;
}

/* A key and a certificate under construction. */
struct pair {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert;
};

static int pair_init(struct pair *pair, struct err *err)
{
	memset(pair, 0, sizeof(*pair));
	if (tls_check(gnutls_x509_privkey_init(&pair->key), "key", err) < 0)
		return -1;
	return tls_check(gnutls_x509_crt_init(&pair->cert), "certificate", err);
}

static void pair_free(struct pair *pair)
{
	gnutls_x509_privkey_deinit(pair->key);
	if (pair->cert)
		gnutls_x509_crt_deinit(pair->cert);
}

static int make_ca(const struct data *data, struct pair *ca, struct err *err)
{
	char subject[40];
	int code;

	if (ca_subject(subject, sizeof(subject), err) < 0 ||
	    new_key(data, DATA_CA_KEY, ca->key, err) < 0)
		return -1;
	code = fill_cert(ca->cert, ca->key, subject, CA_DAYS);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(ca->cert, 1, 0);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(ca->cert, GNUTLS_KEY_KEY_CERT_SIGN |
								       GNUTLS_KEY_CRL_SIGN);
	if (tls_check(code, DATA_CA_CERT, err) < 0)
		return -1;
	return sign_and_write(data, DATA_CA_CERT, ca->cert, ca->cert, ca->key, err);
}

int ca_create(const struct data *data, struct err *err)
{
	struct pair ca;
	int ret = pair_init(&ca, err);

	if (ret == 0)
		ret = make_ca(data, &ca, err);
	pair_free(&ca);
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

static int make_server(const struct data *data, const struct settings *settings, struct pair *ca,
		       struct pair *server, int days, struct err *err)
{
	int code = fill_cert(server->cert, server->key, "newroot-server", days);

	if (code >= 0)
		code = set_issuer_id(server->cert, ca->cert);
	if (code >= 0)
		code = add_names(server->cert, settings);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(server->cert, 0, -1);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(server->cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_purpose_oid(server->cert, GNUTLS_KP_TLS_WWW_SERVER,
							   0);
	if (tls_check(code, DATA_CERT, err) < 0)
		return -1;
	return sign_and_write(data, DATA_CERT, server->cert, ca->cert, ca->key, err);
}

static int server_key(const struct data *data, gnutls_x509_privkey_t key, bool fresh,
		      struct err *err)
{
	if (!fresh && faccessat(data->root, DATA_KEY, F_OK, 0) == 0)
		return load_key(data, DATA_KEY, key, err);
	return new_key(data, DATA_KEY, key, err);
}

int ca_issue(const struct data *data, const struct settings *settings, int days, bool fresh,
	     struct err *err)
{
	struct pair ca, server = {0};
	int ret = pair_init(&ca, err);

	if (ret == 0)
		ret = pair_init(&server, err);
	if (ret == 0)
		ret = load_key(data, DATA_CA_KEY, ca.key, err);
	if (ret == 0)
		ret = load_cert(data, DATA_CA_CERT, ca.cert, err);
	if (ret == 0)
		ret = server_key(data, server.key, fresh, err);
	if (ret == 0)
		ret = make_server(data, settings, &ca, &server, days, err);
	pair_free(&ca);
	pair_free(&server);
	return ret;
}

int ca_pin(const struct data *data, char pin[CA_PIN_TEXT], struct err *err)
{
	struct pair server;
	unsigned char id[32];
	size_t size = sizeof(id);
	int ret = pair_init(&server, err);

	if (ret == 0)
		ret = load_cert(data, DATA_CERT, server.cert, err);
	if (ret == 0)
		ret = tls_check(
			gnutls_x509_crt_get_key_id(server.cert, GNUTLS_KEYID_USE_SHA256, id, &size),
			DATA_CERT, err);
	pair_free(&server);
	if (ret == 0)
		text_hex(stpcpy(pin, "sha256:"), id, sizeof(id));
	return ret;
}

int ca_expiry(const struct data *data, int64_t *expiry, struct err *err)
{
	struct pair server;
	int ret = pair_init(&server, err);

	if (ret == 0)
		ret = load_cert(data, DATA_CERT, server.cert, err);
	if (ret == 0)
		*expiry = gnutls_x509_crt_get_expiration_time(server.cert);
	pair_free(&server);
	return ret;
}
