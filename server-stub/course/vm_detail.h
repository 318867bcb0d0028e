/* All that is known of one VM, as JSON: for `show --json` and the API. */
#ifndef SERVER_COURSE_VM_DETAIL_H
#define SERVER_COURSE_VM_DETAIL_H

#include <jansson.h>

#include "store/store.h"

/* vm_json with spec, boots, history, refused, timeline, and with `events` every event. A new reference in `*object`. */
int vm_detail_json(struct store *store, const struct vm *vm, bool events, json_t **object,
		   struct err *err);

#endif
