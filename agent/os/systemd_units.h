/* Units of systemd (systemd.unit(5)) as links: what `systemctl enable`, `disable` and `mask` make and remove. */
#ifndef NEWROOT_OS_SYSTEMD_UNITS_H
#define NEWROOT_OS_SYSTEMD_UNITS_H

#include "os/service.h"

#define SYSTEMD_UNITS "/etc/systemd/system"

/* The unit's file, where it is no mask (its name's or its template's); NULL: there is none. */
const char *systemd_unit_file(const struct changes *changes, const char *unit);

/* Is there a file of that name at all, a mask maybe? */
bool systemd_knows(const struct changes *changes, const char *unit);

/*
 * Fill `service` from the unit NAME or, for a name without suffix, NAME.service and what starts it: its timer,
 * socket and path. `found` says if there is any. Errors: ERR_CONFIGURE.
 */
int systemd_service(const struct changes *changes, const char *name, struct service *service,
		    struct err *err);

/* Sets `wanted` when a folder of the vendor's wants the unit: no disabling reaches it. Errors: ERR_CONFIGURE. */
int systemd_wanted_by_vendor(const struct changes *changes, const char *unit, bool *wanted,
			     struct err *err);

#endif
