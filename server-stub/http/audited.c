#include "http/audited.h"

#include <string.h>

#include "store/audit.h"
#include "util/text.h"

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
