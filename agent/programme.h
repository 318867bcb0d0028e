/* The loop over the step table: the only place that begins and ends steps. */
#ifndef NEWROOT_PROGRAMME_H
#define NEWROOT_PROGRAMME_H

#include "steps/step.h"

/* Which rows run: from `first` to `last`, both included; the rows before `first` are adopted. */
struct range {
	const struct step *first, *last;
};

const struct step *programme_step(const char *name); /* NULL when there is none */

/*
 * Run the rows of `range`, each with its checks, events, console lines and verification, waiting at step
 * boundaries while the service holds. At any exit the begun and adopted steps are released in reverse
 * order, unless `keep`: then what they mounted stays for a person (rescue, `apply --only`).
 * Returns 0, or -1 with the first error, which has been reported and shown. ERR_SERVICE_AGAIN is none:
 * at a step boundary the service was found to want all to begin anew.
 */
int programme_run(struct context *ctx, struct range range, bool keep, struct err *err);

/* The watch to put into a context: it feeds the console and the service. */
extern const struct child_watch programme_watch;

/* Half a second of waiting, with a heartbeat when one is due. */
void programme_pause(void);

/* The note function to put into a context. */
void programme_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
