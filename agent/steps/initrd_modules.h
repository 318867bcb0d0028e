/* Which modules go into the slim initrd, and what the kernel lacks. */
#ifndef NEWROOT_STEPS_INITRD_MODULES_H
#define NEWROOT_STEPS_INITRD_MODULES_H

#include "archive/modules.h"
#include "base/err.h"
#include "plan/plan.h"

/*
 * Fill `order`: what this machine's disks, device-mapper, the root filesystem and the job need, and a listed
 * set so that the disks may move to another hypervisor; drivers of `machine`'s NICs when the initrd is to name them. `note` hears of listed modules the kernel has
 * not. Errors: ERR_INITRD with what is needed and missing.
 */
int initrd_modules_choose(struct module_order *order, const struct modules *modules,
			  const struct plan *plan, const struct machine *machine,
			  void (*note)(const char *text), struct err *err);

#endif
