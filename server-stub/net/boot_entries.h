/*
 * What a VM is told to boot, for every boot loader: the in-memory system while the VM is in configuration
 * mode, else its own disk. An entry of the first kind carries the VM's token, as PXE has no better
 * way to hand it over. Errors: ERR_IO.
 */
#ifndef SERVER_NET_BOOT_ENTRIES_H
#define SERVER_NET_BOOT_ENTRIES_H

#include <stdbool.h>

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"
#include "vm/vm.h"

/*
 * With a group in the settings: its members alone, beside who runs this, read the entries (folders 2750, so that whatever is made in
 * them is the group's; files 0640). Errors: ERR_SERVICE_DATA when there is no such group, or it can't be given to.
 */
int boot_entries_protect(const struct data *data, const struct settings *settings, struct err *err);

/*
 * Bring the VM's entries in line: written where they differ. `*made` says whether it had none before,
 * and may be NULL.
 */
int boot_entries_write(const struct data *data, const struct settings *settings,
		       const struct vm *vm, bool *made, struct err *err);

/* The entries of VMs that nobody added, which only wait, and what leads to the others. */
int boot_entries_write_unknown(const struct data *data, const struct settings *settings,
			       struct err *err);

/* Whether a file of the folder of this loader (of DATA_LOADERS) is one that is written here, and can be made anew from the store. */
bool boot_entries_own(int which, const char *name);

/* Remove the entries of MACs that aren't `wanted`, and what a crash has left half-made. */
int boot_entries_prune(const struct data *data, bool (*wanted)(const void *arg, const char *mac),
		       const void *arg, struct err *err);

/* newroot.mode: install, rescue, plan or wait (ERR_USAGE). */
int boot_mode_check(const char *mode, struct err *err);

#endif
