/*
 * What the old machine's files would still do by themselves on the new one: set up a disk that is no more, log in to its LUNs,
 * take its address. They are renamed to *.premigration where they lie, which none of their readers takes, and each is told.
 * Nothing brings them back but a person.
 */
#ifndef NEWROOT_OS_SET_ASIDE_H
#define NEWROOT_OS_SET_ASIDE_H

#include "os/changes.h"
#include "os/dialect.h"

/*
 * Disks in any case; networks and addresses when the job gives interfaces. Called last: what is written by then, or by the
 * job's own files, stays. Errors: ERR_CONFIGURE.
 */
int set_aside_render(struct changes *changes, const struct job *job, struct err *err);

/* Rename `path`, so that it says whose it was; `why` is for people. Does nothing where it is missing or is written anew. */
void set_aside(struct changes *changes, const struct job *job, const char *path, const char *why);

#endif
