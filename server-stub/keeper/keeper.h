/*
 * The keeper: a thread of `serve` that sees what changed in the store, whoever changed it, and does what
 * follows from it: boot entries and DHCP files (net/sync.h), VMs whose archives have come (keeper/waiting.h). It sees to certificates, too
 * (keeper/renewal.h).
 */
#ifndef SERVER_KEEPER_KEEPER_H
#define SERVER_KEEPER_KEEPER_H

#include "base/err.h"
#include "keeper/renewal.h"
#include "store/writer.h"
#include "site/data.h"
#include "site/settings.h"

struct keeper;

struct keeper_config {
	const struct data *data;
	const struct settings *settings;
	struct writer *writer;
	struct renewal *renewal; /* started; the keeper's from then on */
};

/* What `config` points to outlives the keeper. */
int keeper_start(struct keeper **keeper, const struct keeper_config *config, struct err *err);
/* Returns when the thread has ended. NULL is allowed. */
void keeper_stop(struct keeper *keeper);

#endif
