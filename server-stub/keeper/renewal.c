#include "keeper/renewal.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "http/anchors.h"
#include "http/tls.h"
#include "site/certificates.h"
#include "site/pem.h"
#include "site/settings.h"
#include "site/site_image.h"
#include "store/audit.h"
#include "util/log.h"
#include "util/text.h"

#define HOUR 3600
#define DAY  (24 * HOUR)

/* The anchors first: renewal_look() asks for that one alone. */
static const char *const files[] = {DATA_CA_CERT, DATA_CERT, DATA_KEY};

#define FILES (sizeof(files) / sizeof(files[0]))

/* The certificate first: an agent that drops an old anchor has to meet one of the new CA. */
int renewal_load(const struct data *data, struct err *err)
{
	return tls_load(data, err) < 0 || anchors_load(data, err) < 0 ? -1 : 0;
}

void renewal_warn(const struct data *data)
{
	struct certificates certificates;
	char text[CERTIFICATES_TEXT];
	struct err err = ERR_INIT;

	if (certificates_read(data, &certificates, &err) < 0)
		log_warning("%s: %s", err.where, err.msg);
	else if (certificates_warning(&certificates, time(NULL), text))
		log_warning("%s", text);
}

static void note(struct store *store)
{
	const struct audit_row row = {
		.at_ms = wall_ms(),
		.who = "serve",
		.from = "its daily look",
		.act = "cert",
		.what = "renew",
		.outcome = "done",
	};
	struct err err = ERR_INIT;
	int ret = store_begin(store, &err);

	if (ret == 0 && (ret = store_audit_add(store, &row, &err)) < 0)
		store_rollback(store);
	else if (ret == 0)
		ret = store_commit(store, &err);
	if (ret < 0)
		log_warning("the audit lacks a renewal of the certificate: %s", err.msg);
	audit_tell(&row);
}

/* Names and addresses may have been changed since `serve` was started. */
static int renew(struct renewal *renewal, struct err *err)
{
	struct settings settings;
	int renewed;

	if (settings_load(&settings, renewal->data, err) < 0)
		return -1;
	renewed = certificates_renew(renewal->data, &settings, time(NULL), err);
	if (renewed <= 0)
		return renewed;
	log_info("the certificate was renewed");
	note(renewal->store);
	return 0;
}

/* The daily look. */
static int look(struct renewal *renewal, struct err *err)
{
	const int64_t now = time(NULL);
	const int ret = renew(renewal, err);

	renewal->looked_s = now;
	renewal->due_s = now + (ret < 0 ? HOUR : DAY);
	renewal_warn(renewal->data);
	return ret < 0 ? err_prefix(err, "the certificate could not be renewed") : 0;
}

static void see(struct renewal_seen *seen, const struct data *data)
{
	memset(seen, 0, sizeof(*seen));
	for (size_t i = 0; i < FILES; i++) {
		struct stat st;

		if (fstatat(data->root, files[i], &st, 0) < 0)
			continue;
		seen->file[i].inode = st.st_ino;
		seen->file[i].mtime_ns = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
	}
}

/* A command may be about to write it, too. */
static int write_image(const struct data *data, struct err *err)
{
	int lock = pem_lock(data, err);
	int ret;

	if (lock < 0)
		return -1;
	ret = site_image_write(data, err);
	close(lock);
	return ret;
}

/* What fails is tried again with the next look. */
static int take_over(struct renewal *renewal, const struct renewal_seen *now, struct err *err)
{
	const bool anchors =
		memcmp(&now->file[0], &renewal->seen.file[0], sizeof(now->file[0])) != 0;

	if (renewal_load(renewal->data, err) < 0)
		return err_prefix(err, "the certificate stays as it was");
	if (anchors && write_image(renewal->data, err) < 0)
		return -1;
	renewal->seen = *now;
	log_info("certificate read again");
	return 0;
}

int renewal_start(struct renewal *renewal, const struct data *data, struct store *store,
		  struct err *err)
{
	struct err odd = ERR_INIT;

	*renewal = (struct renewal){.data = data, .store = store};
	if (look(renewal, &odd) < 0)
		log_warning("%s: %s", odd.where, odd.msg);
	see(&renewal->seen, data);
	return renewal_load(data, err);
}

void renewal_look(struct renewal *renewal, struct err *err)
{
	const int64_t now = time(NULL);
	struct renewal_seen seen;

	if ((now >= renewal->due_s || now < renewal->looked_s) && look(renewal, err) < 0)
		return;
	see(&seen, renewal->data);
	if (memcmp(&seen, &renewal->seen, sizeof(seen)))
		take_over(renewal, &seen, err);
}
