/*
 * Which archives a VM may read: those that its stored job names, and those that the job named which it was handed out. An
 * import may have put another job in its place, and what runs goes on with its own.
 */
#ifndef SERVER_COURSE_MAY_READ_H
#define SERVER_COURSE_MAY_READ_H

#include "store/store.h"

/* 1: the VM may read the archive at `path`, as it is where it is (vm/reach.h); 0: it may not; -1: an error of the store. */
int may_read(struct store *store, const struct vm *vm, const char *path, struct err *err);

/* Keep what the VM's stored job names, for it is handed out now. In a transaction. */
int may_read_given(struct store *store, int64_t vm, struct err *err);

#endif
