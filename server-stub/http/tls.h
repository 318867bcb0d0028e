/*
 * The certificate that connections get, replaceable while they run. Old ones are kept until the end,
 * since a handshake may be using them.
 */
#ifndef SERVER_HTTP_TLS_H
#define SERVER_HTTP_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "site/data.h"

/* TLS 1.2 for the agent, 1.3 for everyone else; keys that are forgotten, and ciphers that authenticate: no CBC, no SHA-1, no RSA key exchange. */
#define TLS_PRIORITIES                                                                             \
	"NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM:"        \
	"+CHACHA20-POLY1305:+AEAD:+GROUP-ALL:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:"           \
	"-SIGN-DSA-SHA1:+COMP-NULL:+CTYPE-X509"

/* (Re-)read server.key and server.pem; after an error the pair in use stays. ERR_SERVICE_CERTIFICATE. */
int tls_load(const struct data *data, struct err *err);
void tls_free(void);

/* Whether the certificate in use is valid at the time `now`, seconds since 1970: else nobody gets through to the service. */
bool tls_valid(int64_t now);

/* For MHD_OPTION_HTTPS_CERT_CALLBACK, which has no argument of its own: hence one pair a process. */
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *req_ca_rdn, int nreqs,
		 const gnutls_pk_algorithm_t *pk_algos, int pk_algos_length,
		 gnutls_pcert_st **pcert, unsigned int *pcert_length, gnutls_privkey_t *pkey);

#endif
