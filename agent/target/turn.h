/*
 * Whose turn the first boot is: one process has it. One whose run has failed keeps it while it waits to be told to try
 * again, but offers it meanwhile: a `newroot first-boot` by hand takes over.
 */
#ifndef NEWROOT_TARGET_TURN_H
#define NEWROOT_TARGET_TURN_H

#include <stdbool.h>

#include "base/err.h"

/*
 * A descriptor of the file `path`: closing it in this process and its children, or their end, gives the turn back. One
 * that offers its turn is waited for until it has ended. Errors: ERR_FIRST_BOOT: another one works, or does not end.
 */
int turn_take(const char *path, struct err *err);

void turn_offer(int turn);
/* Somebody takes over: this process has to end, without another word to the service. */
bool turn_wanted(int turn);
/* No offer any more. False: it was taken before. */
bool turn_keep(int turn);

#endif
