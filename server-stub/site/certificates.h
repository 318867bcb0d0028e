/*
 * How long the service's certificate and the site's CA are valid, and what there is to do about it. Times are seconds since 1970.
 * Errors: ERR_SERVICE_CERTIFICATE, ERR_SERVICE_FILE, ERR_IO.
 */
#ifndef SERVER_SITE_CERTIFICATES_H
#define SERVER_SITE_CERTIFICATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"

/* Days before its end from which on a certificate that renews itself has not done so, and somebody is to look why. */
#define CERT_WARNING_DAYS 30
/* Another CA waits for VMs that stand by, and for people who install it in browsers. */
#define CA_WARNING_DAYS 730

struct certificates {
	int64_t from, until; /* of server.pem */
	int64_t ca_until;    /* of the CA that signs */
	bool ours;           /* server.pem was signed by an anchor of ca.pem: it renews itself */
	bool can_sign;       /* the CA's key is here */
	bool by_signer; /* server.pem is of the CA that signs now; with no key here, of any anchor */
	bool changing;  /* ca.pem has two anchors: one CA is taking another's place */
};

int certificates_read(const struct data *data, struct certificates *certificates, struct err *err);

/* When server.pem is renewed by itself: after two thirds of its life. */
int64_t certificates_renewal(const struct certificates *certificates);

/* Whether that is due, and would do any good: a CA that is about to end can't make it last longer. */
bool certificates_due(const struct certificates *certificates, int64_t now);

/* Renew server.pem if that is due: 1; else 0. Keeps other processes out meanwhile. */
int certificates_renew(const struct data *data, const struct settings *settings, int64_t now,
		       struct err *err);

#define CERTIFICATES_TEXT 240
/* What somebody has to know and do, for a person, in `text`; NULL: nothing. */
const char *certificates_warning(const struct certificates *certificates, int64_t now,
				 char text[CERTIFICATES_TEXT]);

#endif
