/*
 * What the installed system's commands have in common when they change it: the service that its instructions name, a
 * report of their own to that, and that one of them works at a time.
 */
#ifndef NEWROOT_INSTALLED_INSTALLED_REPORT_H
#define NEWROOT_INSTALLED_INSTALLED_REPORT_H

#include "installed/first_boot_config.h"
#include "service/service.h"

/* The caller's, for service_free(). Errors: those of service_new(). */
int installed_service(struct service **service, const struct first_boot_config *config,
		      struct err *err);

/*
 * Begin to report to the service that the file `instructions` names, as a boot of its own. The caller's, for
 * installed_report_close(). NULL: there is nobody to report to, and `err` says why; nothing else need fail for that.
 */
struct service *installed_report_open(const char *instructions, const char *spool, struct err *err);

/* False: the service did not take all within `limit_s`; the spool stays, for the next report. `service` may be NULL. */
bool installed_report_close(struct service *service, const char *spool, unsigned limit_s);

/*
 * A descriptor of the folder `state`, INSTALLED_STATE: closing it, or the end of the process, lets the next command begin.
 * Errors: `code`; another one works, or there is no such folder.
 */
int installed_lock(const char *state, enum err_code code, struct err *err);

#endif
