/* The agent's programme as the service shows it: which step a VM is at, and how many there are. */
#ifndef SERVER_WATCH_STEPS_H
#define SERVER_WATCH_STEPS_H

#include "vm/vm.h"

#define STEPS_COUNT 17

/* The step that a VM is at, or failed at; "" when it is at none. `number` is its place, 0 for one of first boot. */
const char *steps_at(const struct vm *vm, unsigned *number);

#endif
