/* Changes that principals make by requests, into the audit (store/audit.h). */
#ifndef SERVER_HTTP_AUDITED_H
#define SERVER_HTTP_AUDITED_H

#include "http/request.h"

/* Who does it, kept with the write: the request may not be looked at in the writer's thread. */
struct audited {
	char who[VM_NAME_MAX + 1];
	char from[ADDRESS_TEXT];
};

void audited_take(struct audited *audited, const struct request *request);

/* In the transaction of the change, which has returned `ret`: 0, or COURSE_REFUSED. It is what this returns, or -1. */
int audited_add(const struct audited *audited, struct store *store, const char *act,
		const char *what, int ret, struct err *err);
/* To syslog, once that is stored. */
void audited_tell(const struct audited *audited, const char *act, const char *what);

/* Into both, for what changes nothing in the store; nobody waits for it. `ret` is as above. */
void audited_note(const struct request *request, const char *act, const char *what, int ret);

#endif
