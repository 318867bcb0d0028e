/*
 * The site's certificate authority and the service's certificate: EC P-256, SHA-256. Keys are files of
 * mode 0600 in the data folder. Errors: ERR_SERVICE_CERTIFICATE, ERR_IO.
 *
 * Validity begins CA_BACKDATE_DAYS before now: a blank VM's clock may be anything, and the agent
 * then counts from the time it was built, which may be long before this certificate.
 */
#ifndef SERVER_SITE_CA_H
#define SERVER_SITE_CA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"

#define CA_BACKDATE_DAYS  3650
#define CA_DAYS           7300
#define CERT_DAYS_DEFAULT 1095

/* Make ca.key and ca.pem. */
int ca_create(const struct data *data, struct err *err);

/*
 * Sign server.pem for the names and addresses of `settings`, valid for `days` from now (negative: it has
 * expired). The key is kept, so that pinned keys stay good, unless there is none or `fresh` asks for another.
 */
int ca_issue(const struct data *data, const struct settings *settings, int days, bool fresh,
	     struct err *err);

/* The pin agents can be given: "sha256:HEX" of the service's public key. */
#define CA_PIN_TEXT 72
int ca_pin(const struct data *data, char pin[CA_PIN_TEXT], struct err *err);

/* Seconds since 1970 until which server.pem is valid. */
int ca_expiry(const struct data *data, int64_t *expiry, struct err *err);

#endif
