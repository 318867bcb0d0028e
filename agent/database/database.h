/* First boot's work with databases: loading dumps, and making a replica follow its master. */
#ifndef NEWROOT_DATABASE_DATABASE_H
#define NEWROOT_DATABASE_DATABASE_H

#include <stdbool.h>

#include "base/child.h"
#include "base/err.h"
#include "job/job.h"

struct database_work {
	const struct job_databases *databases;
	const char *state_dir; /* where is remembered what was done */
	const char *root;      /* before the server's configuration; "" but in tests */
	const struct child_watch *watch;
};

bool database_imports(const struct job_databases *databases);
bool database_replicates(const struct job_databases *databases);
bool database_has_source(const struct job_databases *databases);

/*
 * Load what is not loaded yet; drop what is half loaded and load it anew. On a master, keep where in its binary log
 * replicas begin, and make their user. Dumps are removed once they are loaded, unless they are to be kept.
 * Errors: ERR_DATABASE_SERVER, ERR_DATABASE_LOGIN, ERR_DATABASE_LOAD, ERR_DATABASE_REPLICATE.
 */
int database_import(const struct database_work *work, struct err *err);

/*
 * Follow the master, which is complete, and wait until nothing is left to be caught up. A server that follows it
 * already is left as it is. Errors: ERR_DATABASE_REPLICATE and the above.
 */
int database_replicate(const struct database_work *work, struct err *err);

/*
 * At the end of all the above: what this VM's server was told since the loads is on the disk. One that is away is taken for
 * stopped: what it was told it has written itself, and the kernel is made to write it. Errors: ERR_DATABASE_SERVER,
 * ERR_DATABASE_LOGIN, ERR_FIRST_BOOT.
 */
int database_end(const struct database_work *work, struct err *err);

/*
 * Open the tunnel to the old platform's master, which this process keeps from then on, and follow that master, read only,
 * until nothing is left to be caught up. Errors: ERR_DATABASE_SOURCE, those of the tunnel and the above.
 */
int database_source(const struct database_work *work, struct err *err);

#endif
