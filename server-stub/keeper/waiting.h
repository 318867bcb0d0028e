/*
 * VMs that wait for archives: whose are all there goes on to be created, the others say which is missing.
 * Archives come as files do, at any time, so there is nothing but to look again and again.
 */
#ifndef SERVER_KEEPER_WAITING_H
#define SERVER_KEEPER_WAITING_H

#include "store/writer.h"
#include "site/data.h"

struct waiting {
	struct store *store;   /* for reading */
	struct writer *writer; /* what is found goes this way */
	const struct data *data;
	const char *url; /* of this service, whose archives are looked at */
	size_t next;     /* among those that wait, where the next look begins */
};

/*
 * Look at KEEPER_ARCHIVES_MAX of them; returns when what was found is stored. Errors of one VM's job or archives
 * (ERR_JOB_SYNTAX, ERR_IO) keep none of the others waiting.
 */
int waiting_look(struct waiting *waiting, struct err *err);

#endif
