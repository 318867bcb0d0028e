/*
 * The audit: every change that somebody made, whichever way, in the order of its making. Rows are only added; each has the hash
 * of what it says and of the row before it, so that none can be changed or taken out unseen. What was cut off at the end is seen
 * by whoever has a later hash: each row goes to syslog too.
 */
#ifndef SERVER_STORE_AUDIT_H
#define SERVER_STORE_AUDIT_H

#include "store/store.h"

#define AUDIT_HASH_TEXT 65

struct audit_row {
	int64_t id, at_ms;
	const char *who;     /* "alice", "root (uid 0)" */
	const char *from;    /* "10.0.0.5", "the command line" */
	const char *act;     /* "arm", "token add" */
	const char *what;    /* what it was done to, and how */
	const char *outcome; /* "done", "refused" */
	const char *hash;    /* of this row; ignored when one is added */
};

/* In the transaction of the change itself. */
int store_audit_add(struct store *store, const struct audit_row *row, struct err *err);
int store_audit_each(struct store *store, void (*each)(void *arg, const struct audit_row *row),
		     void *arg, struct err *err);

struct audit_check {
	int64_t rows;
	int64_t broken;             /* the first row that is not what it was; 0: all are */
	char last[AUDIT_HASH_TEXT]; /* "": there is no row */
};
int store_audit_verify(struct store *store, struct audit_check *check, struct err *err);

/* To syslog, once it is stored. */
void audit_tell(const struct audit_row *row);

#endif
