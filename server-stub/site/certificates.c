#include "site/certificates.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "site/ca.h"
#include "util/text.h"

#define DAY 86400

/* Which of the anchors has signed it; anchors->count: none of them. */
static unsigned issuer_of(gnutls_x509_crt_t cert, const struct pem_certs *anchors)
{
	unsigned i = 0;

	while (i < anchors->count && !gnutls_x509_crt_check_issuer(cert, anchors->cert[i]))
		i++;
	return i;
}

/* Which of the anchors signs: 1; 0: its key is kept elsewhere. */
static int find_signer(const struct data *data, const struct pem_certs *anchors, unsigned *which,
		       struct err *err)
{
	gnutls_x509_privkey_t key;

	if (faccessat(data->root, DATA_CA_KEY, F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	if (pem_key_read(data, DATA_CA_KEY, anchors, &key, which, err) < 0)
		return -1;
	gnutls_x509_privkey_deinit(key);
	return 1;
}

static int describe(struct certificates *certificates, const struct data *data,
		    gnutls_x509_crt_t cert, const struct pem_certs *anchors, struct err *err)
{
	const unsigned issuer = issuer_of(cert, anchors);
	unsigned signer = issuer < anchors->count ? issuer : 0;
	const int found = find_signer(data, anchors, &signer, err);

	*certificates = (struct certificates){
		.from = gnutls_x509_crt_get_activation_time(cert),
		.until = gnutls_x509_crt_get_expiration_time(cert),
		.ca_until = gnutls_x509_crt_get_expiration_time(anchors->cert[signer]),
		.ours = issuer<anchors->count, .can_sign = found> 0,
		.by_signer = issuer == signer,
		.changing = anchors->count > 1,
	};
	return found < 0 ? -1 : 0;
}

int certificates_read(const struct data *data, struct certificates *certificates, struct err *err)
{
	struct pem_certs server = {0}, anchors = {0};
	int ret = -1;

	if (pem_certs_read(data, DATA_CERT, &server, err) == 0 &&
	    pem_certs_read(data, DATA_CA_CERT, &anchors, err) == 0)
		ret = describe(certificates, data, server.cert[0], &anchors, err);
	pem_certs_free(&server);
	pem_certs_free(&anchors);
	return ret;
}

int64_t certificates_renewal(const struct certificates *c)
{
	return c->from + (c->until - c->from) / 3 * 2;
}

bool certificates_due(const struct certificates *c, int64_t now)
{
	int64_t next = now + (int64_t)CERT_DAYS_DEFAULT * DAY;

	if (!c->ours || !c->can_sign || c->ca_until <= now)
		return false;
	if (next > c->ca_until)
		next = c->ca_until;
	/* Earlier versions made certificates for years. */
	if (!c->by_signer || c->until - c->from > (int64_t)(CERT_LIFE_DAYS + 1) * DAY)
		return true;
	return now >= certificates_renewal(c) && next > c->until + DAY;
}

static int renew_locked(const struct data *data, const struct settings *settings, int64_t now,
			struct err *err)
{
	struct certificates certificates;

	if (certificates_read(data, &certificates, err) < 0)
		return -1;
	if (!certificates_due(&certificates, now))
		return 0;
	return ca_issue(data, settings, CERT_DAYS_DEFAULT, false, err) < 0 ? -1 : 1;
}

int certificates_renew(const struct data *data, const struct settings *settings, int64_t now,
		       struct err *err)
{
	int lock = pem_lock(data, err);
	int ret;

	if (lock < 0)
		return -1;
	ret = renew_locked(data, settings, now, err);
	close(lock);
	return ret;
}

const char *certificates_warning(const struct certificates *c, int64_t now,
				 char text[CERTIFICATES_TEXT])
{
	char time[TEXT_TIME_MAX];

	if (c->until <= now)
		snprintf(
			text, CERTIFICATES_TEXT,
			"the certificate was valid until %s UTC: VMs and browsers refuse it; `newroot-server cert renew`",
			text_time(time, c->until * 1000));
	else if (c->from > now)
		snprintf(
			text, CERTIFICATES_TEXT,
			"the certificate is valid from %s UTC on only, so this machine's clock was or is wrong; set it, then `newroot-server cert renew`",
			text_time(time, c->from * 1000));
	else if (c->ca_until <= now + (int64_t)CA_WARNING_DAYS * DAY)
		snprintf(
			text, CERTIFICATES_TEXT, "the site's CA %s on %s UTC; %s",
			c->ca_until <= now ? "ended" : "ends", text_time(time, c->ca_until * 1000),
			c->changing
				? "another is being introduced, see `newroot-server ca rotate state`"
				: "begin its change with `newroot-server ca rotate begin`");
	else if (c->until <= now + (int64_t)CERT_WARNING_DAYS * DAY)
		snprintf(
			text, CERTIFICATES_TEXT,
			"the certificate is valid until %s UTC only, and %s; `newroot-server cert renew`",
			text_time(time, c->until * 1000),
			!c->ours ? "is not of this site's CA, so it is not renewed by itself"
			: !c->can_sign
				? "can't be renewed by itself, for the CA's key is kept elsewhere"
				: "was not renewed by itself (the log says why)");
	else
		return NULL;
	return text;
}
