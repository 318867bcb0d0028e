/*
 * Secrets in a job or a migration document: passwords, and private keys of ssh. An empty text stands in their place when they
 * are removed, as in the job's record on the VM (docs/job.md).
 */
#ifndef SERVER_VM_SECRETS_IN_H
#define SERVER_VM_SECRETS_IN_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

/* Empty all that are in it, at any depth: whether there was one. */
bool secrets_remove(json_t *json);

/*
 * The same of a text: `*clean` is malloc'ed, the caller's to free, and NULL when there was none. ERR_MEMORY, also when the text is
 * no JSON: then nothing can be told of it.
 */
int secrets_remove_text(const char *text, char **clean, struct err *err);

#endif
