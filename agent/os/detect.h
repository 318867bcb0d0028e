/* Which init system the unpacked system has, by what lies in its tree. */
#ifndef NEWROOT_OS_DETECT_H
#define NEWROOT_OS_DETECT_H

#include "os/dialect.h"

/* Errors: ERR_CONFIGURE, naming all that was looked for. */
const struct init_dialect *detect_init(const struct target *target, struct arena *arena,
				       struct err *err);

#endif
