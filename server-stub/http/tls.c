#include "http/tls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "site/pem.h"

struct pair {
	gnutls_pcert_st cert;
	gnutls_privkey_t key;
	int64_t from, until; /* seconds since 1970 */
	struct pair *older;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair *newest;

static void pair_free(struct pair *pair)
{
	if (pair->key)
		gnutls_privkey_deinit(pair->key);
	gnutls_pcert_deinit(&pair->cert);
	free(pair);
}

/* Takes `key` over. */
static int import_key(struct pair *pair, gnutls_x509_privkey_t key, struct err *err)
{
	int code = gnutls_privkey_init(&pair->key);

	if (code >= 0)
		code = gnutls_privkey_import_x509(pair->key, key, GNUTLS_PRIVKEY_IMPORT_COPY);
	gnutls_x509_privkey_deinit(key);
	return pem_check(code, DATA_KEY, err);
}

/* The first certificate of the file, and the key that belongs to it: another one would fail every handshake. */
static int import_pair(struct pair *pair, const struct data *data, const struct pem_certs *certs,
		       struct err *err)
{
	const struct pem_certs first = {certs->cert, 1};
	gnutls_x509_privkey_t key;
	unsigned which;

	if (pem_key_read(data, DATA_KEY, &first, &key, &which, err) < 0 ||
	    import_key(pair, key, err) < 0)
		return -1;
	pair->from = gnutls_x509_crt_get_activation_time(certs->cert[0]);
	pair->until = gnutls_x509_crt_get_expiration_time(certs->cert[0]);
	return pem_check(gnutls_pcert_import_x509(&pair->cert, certs->cert[0], 0), DATA_CERT, err);
}

static int load_pair(struct pair *pair, const struct data *data, struct err *err)
{
	struct pem_certs certs;
	int ret;

	if (pem_certs_read(data, DATA_CERT, &certs, err) < 0)
		return -1;
	ret = import_pair(pair, data, &certs, err);
	pem_certs_free(&certs);
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

bool tls_valid(int64_t now)
{
	bool valid;

	pthread_mutex_lock(&lock);
	valid = newest && newest->from <= now && now < newest->until;
	pthread_mutex_unlock(&lock);
	return valid;
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
