/* VMs as JSON, for scripts, the API and the page: no secret is in it. Absent values are null. */
#ifndef SERVER_VM_VM_JSON_H
#define SERVER_VM_VM_JSON_H

#include <jansson.h>

#include "base/err.h"
#include "vm/vm.h"

/* A new reference, or NULL without memory. */
json_t *vm_json(const struct vm *vm);

/* To standard output, indented; ERR_MEMORY for NULL or when it can't be made. */
int print_json(const json_t *value, struct err *err);

#endif
