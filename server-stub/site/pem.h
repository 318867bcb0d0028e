/*
 * Keys (EC P-256) and certificates as PEM files of the data folder. A file may have several: while one replaces another both stand
 * in it, so that whichever of a key's and a certificate's file is replaced first, there is a pair at any moment, also after a crash.
 * Errors: ERR_SERVICE_CERTIFICATE, ERR_IO, ERR_MEMORY.
 */
#ifndef SERVER_SITE_PEM_H
#define SERVER_SITE_PEM_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "base/err.h"
#include "site/data.h"

/* GnuTLS returns negative codes: -1 with its words, `what` being the file or thing. */
int pem_check(int code, const char *what, struct err *err);

/* The certificates of a file, in its order: one at least. Zeroed, it may be given to pem_certs_free(). */
struct pem_certs {
	gnutls_x509_crt_t *cert;
	unsigned count;
};

int pem_certs_read(const struct data *data, const char *name, struct pem_certs *certs,
		   struct err *err);
void pem_certs_free(struct pem_certs *certs);

/* The key in the file `name` that belongs to one of `certs` (NULL: its first key): into `*key`, the caller's to deinit, and which one into `*which`. */
int pem_key_read(const struct data *data, const char *name, const struct pem_certs *certs,
		 gnutls_x509_privkey_t *key, unsigned *which, struct err *err);

/* A new key, the caller's to deinit. `what` is for messages. */
int pem_key_new(gnutls_x509_privkey_t *key, const char *what, struct err *err);

/* Replace the file `name` (mode 0600) by the keys, of which `second` may be NULL. */
int pem_keys_write(const struct data *data, const char *name, gnutls_x509_privkey_t first,
		   gnutls_x509_privkey_t second, struct err *err);

/* Replace the file `name` (mode 0644) by the certificates, of which `second` may be NULL. */
int pem_certs_write(const struct data *data, const char *name, gnutls_x509_crt_t first,
		    gnutls_x509_crt_t second, struct err *err);

/*
 * Keep everybody else who changes keys, certificates and the site image with them out, until the descriptor is closed: a renewal by an old CA's key
 * must not come behind the change to another CA. -1 with an error.
 */
int pem_lock(const struct data *data, struct err *err);

#endif
