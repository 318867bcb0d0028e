/* `newroot rescue reset` and `snapshots`: volumes of an installed system go back to what the installation left. */
#ifndef NEWROOT_RESCUE_RESET_H
#define NEWROOT_RESCUE_RESET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct reset_request {
	const char *vg;             /* name or UUID; NULL: "local", or the only one */
	const char *const *volumes; /* by name; none: all that have a snapshot */
	size_t count;
	bool yes;       /* a person need not be asked */
	bool in_memory; /* at once; else at the next boot */
};

/*
 * All tell what they do on stdout. Errors: ERR_SNAPSHOT, ERR_SNAPSHOT_FULL, ERR_MACHINE_BUSY, ERR_USAGE (not confirmed):
 * nothing was changed; ERR_RESCUE, ERR_LVM.
 */
int reset_run(const struct reset_request *request, struct err *err);
/* Take back the wishes of the running system. */
int reset_cancel(const struct reset_request *request, struct err *err);
/* Each snapshot, how full it is, and when it was made. */
int reset_show(const struct reset_request *request, struct err *err);

#endif
