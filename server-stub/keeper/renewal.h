/*
 * Certificates while `serve` runs: each day their ends are looked at, what is due is renewed, and what was changed, by whomever, is
 * served from then on. No connection is cut: each keeps the certificate that it began with.
 */
#ifndef SERVER_KEEPER_RENEWAL_H
#define SERVER_KEEPER_RENEWAL_H

#include <stdint.h>

#include "base/err.h"
#include "site/data.h"
#include "store/store.h"

/* Files whose change is seen by these. */
struct renewal_seen {
	struct {
		uint64_t inode;
		int64_t mtime_ns;
	} file[3];
};

struct renewal {
	const struct data *data;
	struct store *store; /* for the audit; of the thread that looks */
	int64_t looked_s, due_s;
	struct renewal_seen seen;
};

/* Renew what is due, tell what is to be known, and read all for the first time: only a failure of that is an error. */
int renewal_start(struct renewal *renewal, const struct data *data, struct store *store,
		  struct err *err);

/* To be called often: does something once a day, once an hour after a failure, after a jump of the clock, and when a file was changed. */
void renewal_look(struct renewal *renewal, struct err *err);

/* Serve what the files have now, and tell agents so; after an error what was served stays. */
int renewal_load(const struct data *data, struct err *err);

/* What somebody has to know of the certificates, into the log. */
void renewal_warn(const struct data *data);

#endif
