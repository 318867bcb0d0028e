/* The addresses that a VM has on its final network. */
#ifndef SERVER_VM_FINALS_H
#define SERVER_VM_FINALS_H

#include "base/err.h"
#include "util/limits.h"

/* Those of the job's interfaces, canonical, between spaces; "" when it has none. ERR_MEMORY. */
int finals_of_job(char finals[VM_FINALS_MAX + 1], const char *job, struct err *err);

#endif
