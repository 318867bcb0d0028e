#include "http/tls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "util/limits.h"

struct pair {
	gnutls_pcert_st cert;
	gnutls_privkey_t key;
	struct pair *older;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair *newest;

static int tls_error(int code, const char *what, struct err *err)
{
	return err_set(err, ERR_SERVICE_CERTIFICATE, what, "%s", gnutls_strerror(code));
}

static int read_pem(const struct data *data, const char *name, gnutls_datum_t *pem, struct err *err)
{
	char *text;
	size_t size;

	if (file_read(data->root, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	pem->data = (void *)text;
	pem->size = (unsigned)size;
	return 0;
}

static int import_key(struct pair *pair, const gnutls_datum_t *pem, struct err *err)
{
	int code = gnutls_privkey_init(&pair->key);

	if (code >= 0)
		code = gnutls_privkey_import_x509_raw(pair->key, pem, GNUTLS_X509_FMT_PEM, NULL,
						      GNUTLS_PKCS_PLAIN);
	return code < 0 ? tls_error(code, DATA_KEY, err) : 0;
}

/* A certificate for another key would fail every handshake; better to say so now. */
static int check_match(struct pair *pair, struct err *err)
{
	unsigned char of_key[32], of_cert[32];
	size_t key_size = sizeof(of_key), cert_size = sizeof(of_cert);
	gnutls_pubkey_t pubkey;
	int code = gnutls_pubkey_init(&pubkey);

	if (code < 0)
		return tls_error(code, DATA_KEY, err);
	code = gnutls_pubkey_import_privkey(pubkey, pair->key, 0, 0);
	if (code >= 0)
		code = gnutls_pubkey_get_key_id(pubkey, GNUTLS_KEYID_USE_SHA256, of_key, &key_size);
	if (code >= 0)
		code = gnutls_pubkey_get_key_id(pair->cert.pubkey, GNUTLS_KEYID_USE_SHA256, of_cert,
						&cert_size);
	gnutls_pubkey_deinit(pubkey);
	if (code < 0)
		return tls_error(code, DATA_CERT, err);
	if (memcmp(of_key, of_cert, sizeof(of_key)))
		return err_set(err, ERR_SERVICE_CERTIFICATE, DATA_CERT,
			       "is for another key than " DATA_KEY);
	return 0;
}

static void pair_free(struct pair *pair)
{
	if (pair->key)
		gnutls_privkey_deinit(pair->key);
	gnutls_pcert_deinit(&pair->cert);
	free(pair);
}

static int import_pair(struct pair *pair, const gnutls_datum_t *key, const gnutls_datum_t *cert,
		       struct err *err)
{
	int code;

	if (import_key(pair, key, err) < 0)
		return -1;
	code = gnutls_pcert_import_x509_raw(&pair->cert, cert, GNUTLS_X509_FMT_PEM, 0);
	if (code < 0)
		return tls_error(code, DATA_CERT, err);
	return check_match(pair, err);
}

static int load_pair(struct pair *pair, const struct data *data, struct err *err)
{
	gnutls_datum_t key = {0}, cert = {0};
	int ret = read_pem(data, DATA_KEY, &key, err);

	if (ret == 0)
		ret = read_pem(data, DATA_CERT, &cert, err);
	if (ret == 0)
		ret = import_pair(pair, &key, &cert, err);
	if (key.data)
		gnutls_memset(key.data, 0, key.size);
	free(key.data);
	free(cert.data);
	return ret;
}

int tls_load(const struct data *data, struct err *err)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (!pair)
		return err_set(err, ERR_MEMORY, DATA_CERT, "no memory");
	if (load_pair(pair, data, err) < 0) {
		pair_free(pair);
		return -1;
	}
	pthread_mutex_lock(&lock);
	pair->older = newest;
	newest = pair;
	pthread_mutex_unlock(&lock);
	return 0;
}

void tls_free(void)
{
	while (newest) {
		struct pair *pair = newest;

		newest = pair->older;
		pair_free(pair);
	}
}

int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *req_ca_rdn, int nreqs,
		 const gnutls_pk_algorithm_t *pk_algos, int pk_algos_length,
		 gnutls_pcert_st **pcert, unsigned int *pcert_length, gnutls_privkey_t *pkey)
{
	(void)session, (void)req_ca_rdn, (void)nreqs, (void)pk_algos, (void)pk_algos_length;
	pthread_mutex_lock(&lock);
	*pcert = &newest->cert;
	*pcert_length = 1;
	*pkey = newest->key;
	pthread_mutex_unlock(&lock);
	return 0;
}
