#include "http/audited.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/audit.h"
#include "util/log.h"
#include "util/text.h"

#define AUDIT_WHAT_TEXT 160

void audited_take(struct audited *audited, const struct request *request)
{
	memcpy(audited->who, request->who.name, sizeof(audited->who));
	memcpy(audited->from, request->peer, sizeof(audited->from));
}

static struct audit_row row_of(const struct audited *audited, const char *act, const char *what,
			       int ret)
{
	return (struct audit_row){
		.at_ms = wall_ms(),
		.who = audited->who,
		.from = audited->from,
		.act = act,
		.what = what,
		.outcome = ret ? "refused" : "done",
	};
}

int audited_add(const struct audited *audited, struct store *store, const char *act,
		const char *what, int ret, struct err *err)
{
	const struct audit_row row = row_of(audited, act, what, ret);

	if (ret < 0)
		return ret;
	return store_audit_add(store, &row, ret ? NULL : err) < 0 ? -1 : ret;
}

void audited_tell(const struct audited *audited, const char *act, const char *what)
{
	const struct audit_row row = row_of(audited, act, what, 0);

	audit_tell(&row);
}

/* On its way into the store. */
struct noted {
	struct write write; /* first: the writer hands this back */
	struct audited audited;
	const char *act; /* static */
	char what[AUDIT_WHAT_TEXT];
	int ret;
};

static int note_apply(struct write *write, struct store *store, struct err *err)
{
	const struct noted *noted = (const struct noted *)(const void *)write;
	const struct audit_row row = row_of(&noted->audited, noted->act, noted->what, noted->ret);

	return store_audit_add(store, &row, err);
}

static void note_done(struct write *write)
{
	const struct noted *noted = (const struct noted *)(const void *)write;
	const struct audit_row row = row_of(&noted->audited, noted->act, noted->what, noted->ret);

	if (write->ret < 0)
		log_warning("the audit lacks '%s' by %s: %s: %s", row.act, row.who,
			    write->err.where, write->err.msg);
	/* Syslog has it all the same. */
	audit_tell(&row);
	free(write);
}

void audited_note(const struct request *request, const char *act, const char *what, int ret)
{
	struct noted *noted = calloc(1, sizeof(*noted));

	if (!noted)
		return;
	noted->write.apply = note_apply;
	noted->write.done = note_done;
	audited_take(&noted->audited, request);
	if (!noted->audited.who[0])
		snprintf(noted->audited.who, sizeof(noted->audited.who), "unknown");
	noted->act = act;
	snprintf(noted->what, sizeof(noted->what), "%s", what);
	noted->ret = ret;
	writer_submit(request->service->writer, &noted->write);
}
