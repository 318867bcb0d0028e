/* What most commands begin with: the data folder named by --data, its settings and its store. */
#ifndef SERVER_CMD_OPEN_H
#define SERVER_CMD_OPEN_H

#include "net/sync.h"
#include "site/data.h"
#include "site/settings.h"
#include "store/store.h"

struct open {
	struct data data;
	struct settings settings;
	struct store *store;
	struct net *net; /* what VMs boot from, taken to be in line with the store */
};

/* close_data() after success only. */
int open_data(struct open *open, struct err *err);
void close_data(struct open *open);

/* To be called after VMs were changed: what they boot from follows. */
int sync_net(struct open *open, struct err *err);
/* The same, with nothing taken to be in line: after a change of settings, and to mend what is missing. */
int sync_all(struct open *open, struct err *err);

/* The VM of this name; an unknown one is ERR_SERVICE_VM. */
int open_vm(struct open *open, const char *name, struct vm *vm, struct err *err);

#endif
