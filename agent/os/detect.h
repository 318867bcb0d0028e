/* Which dialects the unpacked system speaks, by what lies in its tree. */
#ifndef NEWROOT_OS_DETECT_H
#define NEWROOT_OS_DETECT_H

#include "os/dialect.h"

/* Errors: ERR_CONFIGURE, naming all that was looked for. */
const struct init_dialect *detect_init(const struct target *target, struct arena *arena,
				       struct err *err);
const struct network_dialect *detect_network(const struct target *target, struct arena *arena,
					     struct err *err);

#endif
