/*
 * Reading an archive in a process of its own, `newroot-server facts -`: what is in a file may crash a library or be made
 * to, and the service goes on.
 */
#ifndef SERVER_ARCHIVES_FACTS_PROCESS_H
#define SERVER_ARCHIVES_FACTS_PROCESS_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/err.h"

/* What it prints, malloc'ed, the caller's; `pid` as in archive_facts(). Errors: ERR_CHILD_FAILED, ERR_MEMORY, ERR_IO. */
int facts_process(int fd, const char *path, _Atomic pid_t *pid, char **text, struct err *err);

#endif
