#include "site/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "util/file.h"
#include "util/limits.h"

int pem_check(int code, const char *what, struct err *err)
{
	if (code < 0)
		return err_set(err, ERR_SERVICE_CERTIFICATE, what, "%s", gnutls_strerror(code));
	return 0;
}

int pem_certs_read(const struct data *data, const char *name, struct pem_certs *certs,
		   struct err *err)
{
	gnutls_datum_t pem;
	char *text;
	size_t size;
	int code;

	*certs = (struct pem_certs){0};
	if (file_read(data->root, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	pem = (gnutls_datum_t){(void *)text, (unsigned)size};
	code = gnutls_x509_crt_list_import2(&certs->cert, &certs->count, &pem, GNUTLS_X509_FMT_PEM,
					    0);
	free(text);
	return pem_check(code, name, err);
}

void pem_certs_free(struct pem_certs *certs)
{
	for (unsigned i = 0; i < certs->count; i++)
		gnutls_x509_crt_deinit(certs->cert[i]);
	gnutls_free(certs->cert);
	*certs = (struct pem_certs){0};
}

/* The one of `certs` that has the key; certs->count: none has. */
static unsigned cert_of(const struct pem_certs *certs, gnutls_x509_privkey_t key)
{
	unsigned char of_key[32], of_cert[32];
	size_t size = sizeof(of_key);
	unsigned i = 0;

	if (gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key, &size) < 0)
		return certs->count;
	for (; i < certs->count; i++) {
		size = sizeof(of_cert);
		if (gnutls_x509_crt_get_key_id(certs->cert[i], GNUTLS_KEYID_USE_SHA256, of_cert,
					       &size) >= 0 &&
		    !memcmp(of_key, of_cert, sizeof(of_key)))
			break;
	}
	return i;
}

static int import_key(gnutls_x509_privkey_t *key, const char *pem, const char *name,
		      struct err *err)
{
	const gnutls_datum_t datum = {(void *)pem, (unsigned)strlen(pem)};
	int code = gnutls_x509_privkey_init(key);

	if (pem_check(code, name, err) < 0)
		return -1;
	code = gnutls_x509_privkey_import2(*key, &datum, GNUTLS_X509_FMT_PEM, NULL,
					   GNUTLS_PKCS_PLAIN);
	if (code >= 0)
		return 0;
	gnutls_x509_privkey_deinit(*key);
	return pem_check(code, name, err);
}

/* GnuTLS reads the first key of what it is given: it is given the text from each key's beginning on. */
static int find_key(const char *text, const char *name, const struct pem_certs *certs,
		    gnutls_x509_privkey_t *key, unsigned *which, struct err *err)
{
	static const char begin[] = "-----BEGIN";
	const char *at = strstr(text, begin);

	if (!at)
		return err_set(err, ERR_SERVICE_CERTIFICATE, name, "there is no key in PEM in it");
	for (; at; at = strstr(at + sizeof(begin) - 1, begin)) {
		if (import_key(key, at, name, err) < 0)
			return -1;
		*which = certs ? cert_of(certs, *key) : 0;
		if (!certs || *which < certs->count)
			return 0;
		gnutls_x509_privkey_deinit(*key);
	}
	return err_set(err, ERR_SERVICE_CERTIFICATE, name,
		       "has no key that belongs to its certificate; put both there");
}

int pem_key_read(const struct data *data, const char *name, const struct pem_certs *certs,
		 gnutls_x509_privkey_t *key, unsigned *which, struct err *err)
{
	char *text;
	size_t size;
	int ret;

	if (file_read(data->root, name, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	ret = find_key(text, name, certs, key, which, err);
	gnutls_memset(text, 0, size);
	free(text);
	return ret;
}

int pem_key_new(gnutls_x509_privkey_t *key, const char *what, struct err *err)
{
	int code = gnutls_x509_privkey_init(key);

	if (pem_check(code, what, err) < 0)
		return -1;
	code = gnutls_x509_privkey_generate(*key, GNUTLS_PK_ECDSA,
					    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (code >= 0)
		return 0;
	gnutls_x509_privkey_deinit(*key);
	return pem_check(code, what, err);
}

/* What one file is to have: two texts, of which the second may be empty. */
static int write_both(const struct data *data, const char *name, mode_t mode, gnutls_datum_t pem[2],
		      struct err *err)
{
	const size_t size = (size_t)pem[0].size + pem[1].size;
	unsigned char *text = malloc(size + 1);
	int ret;

	if (!text)
		return err_set(err, ERR_MEMORY, name, "no memory to write it");
	for (int i = 0; i < 2; i++)
		if (pem[i].size)
			memcpy(text + (i ? pem[0].size : 0), pem[i].data, pem[i].size);
	ret = file_write(data->root, name, text, size, mode, err);
	gnutls_memset(text, 0, size);
	free(text);
	return ret;
}

static void free_both(gnutls_datum_t pem[2])
{
	for (int i = 0; i < 2; i++) {
		if (pem[i].data)
			gnutls_memset(pem[i].data, 0, pem[i].size);
		gnutls_free(pem[i].data);
	}
}

int pem_keys_write(const struct data *data, const char *name, gnutls_x509_privkey_t first,
		   gnutls_x509_privkey_t second, struct err *err)
{
	const gnutls_x509_privkey_t keys[2] = {first, second};
	gnutls_datum_t pem[2] = {{0}};
	int ret, code = 0;

	for (int i = 0; code >= 0 && i < 2 && keys[i]; i++)
		code = gnutls_x509_privkey_export2_pkcs8(keys[i], GNUTLS_X509_FMT_PEM, NULL,
							 GNUTLS_PKCS_PLAIN, &pem[i]);
	ret = pem_check(code, name, err);
	if (ret == 0)
		ret = write_both(data, name, 0600, pem, err);
	free_both(pem);
	return ret;
}

int pem_certs_write(const struct data *data, const char *name, gnutls_x509_crt_t first,
		    gnutls_x509_crt_t second, struct err *err)
{
	const gnutls_x509_crt_t certs[2] = {first, second};
	gnutls_datum_t pem[2] = {{0}};
	int ret, code = 0;

	for (int i = 0; code >= 0 && i < 2 && certs[i]; i++)
		code = gnutls_x509_crt_export2(certs[i], GNUTLS_X509_FMT_PEM, &pem[i]);
	ret = pem_check(code, name, err);
	if (ret == 0)
		ret = write_both(data, name, 0644, pem, err);
	free_both(pem);
	return ret;
}

/* On a folder, so that no file is left; opened anew, for a lock is of the open folder and data->site is shared by threads. */
int pem_lock(const struct data *data, struct err *err)
{
	int fd = openat(data->site, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, ERR_IO, "site", "can't open");
	while (flock(fd, LOCK_EX) < 0) {
		if (errno == EINTR)
			continue;
		err_sys(err, ERR_IO, "site", "can't lock");
		close(fd);
		return -1;
	}
	return fd;
}
