/* What most commands begin with: the data folder named by --data, its settings and its store. */
#ifndef SERVER_CMD_OPEN_H
#define SERVER_CMD_OPEN_H

#include "site/data.h"
#include "site/settings.h"
#include "store/store.h"

struct open {
	struct data data;
	struct settings settings;
	struct store *store;
};

/* close_data() after success only. */
int open_data(struct open *open, struct err *err);
void close_data(struct open *open);

/* The VM of this name; an unknown one is ERR_SERVICE_VM. */
int open_vm(struct open *open, const char *name, struct vm *vm, struct err *err);

#endif
