/*
 * What configures the interfaces when the new system boots: by the services that its init would start, not by the files
 * that lie around. A cloud image has a stub /etc/network/interfaces and is netplan's all the same.
 */
#ifndef NEWROOT_OS_MANAGERS_H
#define NEWROOT_OS_MANAGERS_H

#include "os/dialect.h"

/*
 * The dialect of the manager that starts, with what the job switches on and off; NULL: an error. One that starts and whose
 * files newroot cannot write is refused, also beside another. `init` may be NULL: unknown.
 * Errors: ERR_CONFIGURE, with what starts, or all that was looked for.
 */
const struct network_dialect *managers_find(const struct changes *changes,
					    const struct init_dialect *init,
					    const struct job_services *wishes, struct err *err);

/* NetworkManager starts beside the manager that was chosen: it is told to leave the job's interfaces alone. */
int managers_quiet(struct changes *changes, const struct init_dialect *init,
		   const struct network_dialect *chosen, const struct job *job, struct err *err);

#endif
