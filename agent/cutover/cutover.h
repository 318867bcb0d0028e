/*
 * The cutover of a moved VM, on that VM: its database promoted, quarantine lifted, services back as they were and started, marker gone, puppet
 * run, and all of it undone again. An action looks at what is there and does what is missing, so after a crash
 * the same command is given once more. Works on 2.6.18: nothing here needs openat2(2).
 */
#ifndef NEWROOT_CUTOVER_CUTOVER_H
#define NEWROOT_CUTOVER_CUTOVER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct cutover {
	const char *root; /* "": this system; else a folder before every path, also of programs */
	FILE *out;        /* the account of it, for people */
	bool dry_run;     /* tell, change nothing */
	bool undo;        /* the other way, in reverse order */
	bool force;       /* also while its first boot is not over */
	bool without_source; /* the old master is gone for good: promote what has come from it */
	unsigned lag_s;      /* how long the database may take to get the last of its old master */
	unsigned service_s;  /* how long a service may take to start or stop */
	unsigned puppet_s;   /* the same for puppet's run */
	unsigned report_s;   /* how long the service may take to take the events; then they wait */
};

/*
 * 0: all is done, now or before, whether or not the service was reached. Errors: ERR_CUTOVER, those of databases;
 * ERR_CUTOVER_WRITABLE, ERR_CUTOVER_BEHIND: the database is not to be promoted yet, nothing is changed. `out` tells what
 * was done before the failure and what was not, and so does the service. ERR_CUTOVER_FIRST_BOOT: this VM is not as its job
 * wants it; nothing is changed, and the service is told nothing.
 */
int cutover_run(const struct cutover *options, struct err *err);

#endif
