/* What most commands begin with: the data folder named by --data, its settings and its store. */
#ifndef SERVER_CMD_OPEN_H
#define SERVER_CMD_OPEN_H

#include "cmd/command.h"
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

/*
 * `work` in one transaction, and then what VMs boot from: 0. What it returns: 0; 1: an error that is kept in the
 * history; -1: nothing is changed.
 */
int change_data(struct open *open, int (*work)(struct store *store, void *arg, struct err *err),
		void *arg, struct err *err);

/* Note in the audit that the command was given, in the transaction that it works in, or else by itself. `ret`: as of `work` above. */
int note_command(struct store *store, int ret, struct err *err);
/* To syslog, once that is stored. */
void tell_command(void);

/* By which agents reach the service, as options gave them. */
int add_names(struct settings *settings, const struct option_list *names,
	      const struct option_list *addresses, struct err *err);

/* To be called after VMs were changed: what they boot from follows. */
int sync_net(struct open *open, struct err *err);
/* The same, with nothing taken to be in line: after a change of settings, and to mend what is missing. */
int sync_all(struct open *open, struct err *err);

#endif
