/* Every key of a job: tables.c is the whole format, read top to bottom; its keys "network" and "nfs" are in tables_network.c. */
#ifndef NEWROOT_JOB_TABLES_H
#define NEWROOT_JOB_TABLES_H

#include "job/reader.h"

extern const struct object job_object;       /* a struct job */
extern const struct object databases_object; /* its databases, which the first boot reads again */
extern const struct object sync_object;    /* a struct job_sync, which `newroot sync` reads again */
extern const struct object ssh_object;     /* a struct job_ssh, of any key "ssh" */
extern const struct object network_object; /* a struct job_network */
extern const struct object nfs_object;     /* a struct job_nfs */

#endif
