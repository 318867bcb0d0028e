/*
 * What a VM is told to boot: pxelinux entries in boot/pxelinux.cfg, one for each MAC and a default for
 * unknown ones, which only waits. Format: https://wiki.syslinux.org/wiki/index.php?title=Config
 * An entry carries the VM's token, as PXE has no better way to hand it over.
 */
#ifndef SERVER_SITE_BOOT_ENTRIES_H
#define SERVER_SITE_BOOT_ENTRIES_H

#include "base/err.h"
#include "site/data.h"
#include "site/settings.h"
#include "vm/vm.h"

int boot_entry_default(const struct data *data, const struct settings *settings, struct err *err);
int boot_entry_write(const struct data *data, const struct settings *settings, const struct vm *vm,
		     struct err *err);
/* No entry is no error. */
int boot_entry_remove(const struct data *data, const struct vm *vm, struct err *err);

/* newroot.mode: install, rescue, plan or wait (ERR_USAGE). */
int boot_mode_check(const char *mode, struct err *err);

#endif
