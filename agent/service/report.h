/*
 * Events out, orders in. A reporter child numbers, spools and delivers events, so that a report never
 * fails or blocks an installation; while the service is away they wait in memory-bounded spool.
 * Without a service (report_start with NULL) everything is a no-op.
 */
#ifndef NEWROOT_SERVICE_REPORT_H
#define NEWROOT_SERVICE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "service/service.h"

/* Where the initrd keeps undelivered events; report-death delivers what a dead agent left there. */
#define REPORT_SPOOL "/run/newroot/spool"

/* Whose boot the events are. */
enum report_boot {
	REPORT_NEW_BOOT,  /* a new one, with a UUID and numbers of its own */
	REPORT_LAST_BOOT, /* the one that the spool was left by: report-death speaks for it */
};

/*
 * Fork the reporter. `spool` is a file that keeps undelivered events over an agent's death, or NULL; what is in it
 * goes first. Errors: ERR_IO, ERR_MEMORY.
 */
int report_start(struct service *service, const char *spool, enum report_boot boot,
		 struct err *err);

/* The UUID of the new boot; NULL without a service, or with REPORT_LAST_BOOT. */
const char *report_boot(void);

void report_begin(const char *step);
void report_end(const char *step, bool ok, uint64_t ms, uint64_t bytes);
void report_progress(const char *step, const char *item, uint64_t done, uint64_t total,
		     uint64_t rate);
void report_note(const char *text);
/* `shown`: the disks, when it is shown to be looked at (plan/shown.h); its reference is taken; else NULL. */
void report_plan(const char *text, json_t *shown);
void report_state(const char *state);
/* What the VM waits for, when it changes; "": it goes on. */
void report_wait(const char *reason);
void report_heartbeat(void);
/* `stderr_lines` and `kernel_lines` may be NULL with a count of 0. */
void report_error(const char *step, const struct err *err, const char *const *stderr_lines,
		  size_t stderr_count, const char *const *kernel_lines, size_t kernel_count);

/* The trust_id() of the anchors that the system that is being installed begins with: it is what the service is told from now on. */
void report_anchors(const char *id);

/* The service's last word: on hold, and on giving up what this boot does, to begin anew. */
bool report_held(void);
bool report_again(void);
/* … and on the cutover of this VM. */
bool report_cutover(void);

/* Deliver everything: retries until all is taken or `limit_s` seconds passed (0: no limit). -1: gave up. */
int report_flush(unsigned limit_s);
/* Flush as above, then end the reporter. */
int report_stop(unsigned limit_s);

#endif
