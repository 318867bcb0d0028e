/*
 * The site's certificate authority and the service's certificate: EC P-256, SHA-256. Keys are files of mode 0600 in the data folder.
 * ca.pem has the trust anchors of the site: the certificate of ca.key, and while another CA is being introduced (site/rotation.h)
 * that one's beside it. Whatever changes these files holds pem_lock(). Errors: ERR_SERVICE_CERTIFICATE, ERR_SERVICE_FILE, ERR_IO.
 *
 * Validity begins before now, for a VM's clock may be slow: within what browsers take for a whole life, as far back as forward.
 */
#ifndef SERVER_SITE_CA_H
#define SERVER_SITE_CA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "site/data.h"
#include "site/pem.h"
#include "site/settings.h"

#define CA_BACKDATE_DAYS 3650
#define CA_DAYS          7300

/* Browsers refuse certificates of servers that are valid for more than 398 days in all. */
#define CERT_LIFE_DAYS     397
#define CERT_BACKDATE_DAYS 180
#define CERT_DAYS_DEFAULT  (CERT_LIFE_DAYS - CERT_BACKDATE_DAYS)

/* Make ca.key and ca.pem. */
int ca_create(const struct data *data, struct err *err);

/* A new CA's key, written to the file `key_name`, and its certificate, the caller's to deinit. */
int ca_make(const struct data *data, const char *key_name, gnutls_x509_crt_t *cert,
	    struct err *err);

/*
 * Sign server.pem for the names and addresses of `settings`, valid for `days` from now (negative: it has expired), and at most until
 * the CA's end. The key is kept, so that pinned keys stay good, unless there is none or `fresh` asks for another.
 */
int ca_issue(const struct data *data, const struct settings *settings, int days, bool fresh,
	     struct err *err);

/* The pin agents can be given: "sha256:HEX" of the service's public key. */
#define CA_PIN_TEXT 72
int ca_pin(const struct data *data, char pin[CA_PIN_TEXT], struct err *err);

/* The anchors as agents get them: ca.pem's text, malloc'ed, the caller's to free (NULL: it is not asked for), and its SHA-256. */
#define CA_ANCHORS_ID 65
int ca_anchors(const struct data *data, char id[CA_ANCHORS_ID], char **text, struct err *err);

#endif
