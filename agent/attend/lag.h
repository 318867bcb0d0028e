/* How far this VM's database is behind the old platform's master, told when that changes in kind, and now and then. */
#ifndef NEWROOT_ATTEND_LAG_H
#define NEWROOT_ATTEND_LAG_H

#include <stdint.h>

#include "job/job.h"

enum lag_kind {
	LAG_UNKNOWN, /* not looked at yet */
	LAG_AWAY,    /* this VM's server does not answer */
	LAG_NONE,    /* it follows nobody */
	LAG_STOPPED, /* by an error, or by somebody */
	LAG_CUT,     /* the old master is not reached */
	LAG_BEHIND,
	LAG_WELL,
};

struct lag {
	enum lag_kind kind;         /* as told last */
	int64_t looked_ms, told_ms; /* when it is made, the present: the tunnel is to come first */
	bool renewed; /* a refused login was given anew; false again when it may be another one */
	bool started; /* it was started once, should the server not do that by itself */
};

/* Ask the server, and tell, when that is due. */
void lag_look(struct lag *lag, const struct job_databases *databases, const char *state_dir);

#endif
