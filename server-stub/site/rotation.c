#include "site/rotation.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "site/ca.h"

/* The anchors, and which of them have their keys here. */
struct rotating {
	struct pem_certs anchors;
	unsigned signer; /* that of ca.key */
	unsigned next;   /* that of ca-next.key; anchors.count: none */
};

/* A key that belongs to no anchor was left by a `begin` or an `undo` that was cut off: it is as good as none. */
static int find_keys(struct rotating *r, const struct data *data, struct err *err)
{
	struct err none = ERR_INIT;
	gnutls_x509_privkey_t key;

	if (pem_key_read(data, DATA_CA_KEY, &r->anchors, &key, &r->signer, err) < 0)
		return -1;
	gnutls_x509_privkey_deinit(key);
	r->next = r->anchors.count;
	if (pem_key_read(data, DATA_CA_NEXT_KEY, &r->anchors, &key, &r->next, &none) == 0)
		gnutls_x509_privkey_deinit(key);
	else
		r->next = r->anchors.count;
	return 0;
}

static int rotating_open(struct rotating *r, const struct data *data, struct err *err)
{
	if (pem_certs_read(data, DATA_CA_CERT, &r->anchors, err) < 0)
		return -1;
	if (find_keys(r, data, err) == 0)
		return 0;
	pem_certs_free(&r->anchors);
	return -1;
}

static enum rotation state_of(const struct rotating *r)
{
	if (r->anchors.count < 2)
		return ROTATION_NONE;
	return r->next < r->anchors.count && r->next != r->signer ? ROTATION_BEGUN
								  : ROTATION_FINISHING;
}

int rotation_state(const struct data *data, enum rotation *rotation, struct err *err)
{
	struct rotating r;

	if (rotating_open(&r, data, err) < 0)
		return -1;
	*rotation = state_of(&r);
	pem_certs_free(&r.anchors);
	return 0;
}

static int begin(const struct data *data, const struct rotating *r, struct err *err)
{
	gnutls_x509_crt_t next;
	int ret;

	if (state_of(r) != ROTATION_NONE)
		return err_set(
			err, ERR_SERVICE_ROTATION, DATA_CA_CERT,
			"another CA is being introduced already; `ca rotate state` says how far that is");
	if (ca_make(data, DATA_CA_NEXT_KEY, &next, err) < 0)
		return -1;
	ret = pem_certs_write(data, DATA_CA_CERT, r->anchors.cert[r->signer], next, err);
	gnutls_x509_crt_deinit(next);
	return ret;
}

static int remove_next_key(const struct data *data, struct err *err)
{
	if (unlinkat(data->root, DATA_CA_NEXT_KEY, 0) < 0 && errno != ENOENT)
		return err_sys(err, ERR_IO, DATA_CA_NEXT_KEY, "can't remove");
	if (fsync(data->root) < 0)
		return err_sys(err, ERR_IO, DATA_CA_NEXT_KEY, "can't sync its folder");
	return 0;
}

static int undo(const struct data *data, const struct rotating *r, struct err *err)
{
	if (state_of(r) == ROTATION_NONE)
		return err_set(err, ERR_SERVICE_ROTATION, DATA_CA_CERT,
			       "no change of the CA was begun; there is nothing to undo");
	if (state_of(r) == ROTATION_FINISHING)
		return err_set(
			err, ERR_SERVICE_ROTATION, DATA_CA_CERT,
			"the new CA signs already, and the old one's key is gone; `ca rotate finish` drops the old anchor");
	if (pem_certs_write(data, DATA_CA_CERT, r->anchors.cert[r->signer], NULL, err) < 0)
		return -1;
	return remove_next_key(data, err);
}

/* From the renaming on the new CA signs, and its certificate is among the anchors since `begin`: the pair is whole all the time. */
static int take_over(const struct data *data, struct err *err)
{
	if (renameat(data->root, DATA_CA_NEXT_KEY, data->root, DATA_CA_KEY) < 0)
		return err_sys(err, ERR_IO, DATA_CA_KEY, "can't put %s in its place",
			       DATA_CA_NEXT_KEY);
	if (fsync(data->root) < 0)
		return err_sys(err, ERR_IO, DATA_CA_KEY, "can't sync its folder");
	return 0;
}

/* The certificate of the service first: whoever trusts both accepts either, and who trusts the new one alone needs the new. */
static int finish(const struct data *data, const struct settings *settings,
		  const struct rotating *r, struct err *err)
{
	const bool begun = state_of(r) == ROTATION_BEGUN;

	if (state_of(r) == ROTATION_NONE)
		return err_set(err, ERR_SERVICE_ROTATION, DATA_CA_CERT,
			       "no change of the CA was begun; `ca rotate begin` does that");
	if (begun && take_over(data, err) < 0)
		return -1;
	if (ca_issue(data, settings, CERT_DAYS_DEFAULT, false, err) < 0)
		return -1;
	return pem_certs_write(data, DATA_CA_CERT, r->anchors.cert[begun ? r->next : r->signer],
			       NULL, err);
}

int rotation_begin(const struct data *data, struct err *err)
{
	struct rotating r;
	int ret;

	if (rotating_open(&r, data, err) < 0)
		return -1;
	ret = begin(data, &r, err);
	pem_certs_free(&r.anchors);
	return ret;
}

int rotation_undo(const struct data *data, struct err *err)
{
	struct rotating r;
	int ret;

	if (rotating_open(&r, data, err) < 0)
		return -1;
	ret = undo(data, &r, err);
	pem_certs_free(&r.anchors);
	return ret;
}

int rotation_finish(const struct data *data, const struct settings *settings, struct err *err)
{
	struct rotating r;
	int ret;

	if (rotating_open(&r, data, err) < 0)
		return -1;
	ret = finish(data, settings, &r, err);
	pem_certs_free(&r.anchors);
	return ret;
}
