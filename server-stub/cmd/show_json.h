/* All that is known of one VM, as one JSON object on standard output. */
#ifndef SERVER_CMD_SHOW_JSON_H
#define SERVER_CMD_SHOW_JSON_H

#include "store/store.h"

int show_json(struct store *store, const struct vm *vm, struct err *err);

#endif
