/*
 * What one VM may take of what all share: bytes of events in a minute, memory of bodies on their way, the disk. A VM that
 * wants more is told when to come again; nobody else notices.
 */
#ifndef SERVER_HTTP_BUDGET_H
#define SERVER_HTTP_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct budgets;

int budgets_new(struct budgets **budgets, struct err *err);
/* NULL-safe. */
void budgets_free(struct budgets *budgets);

/*
 * Before `size` bytes of events of the VM (its id) are read. 0: they may come, and budget_give_back() follows when they are in the
 * store or forgotten; else the seconds after which to try again.
 */
unsigned budget_take(struct budgets *budgets, int64_t vm, size_t size);
void budget_give_back(struct budgets *budgets, int64_t vm, size_t size);

/* Whether the VM has sent so much since this was true last that what is kept of it is to be weighed; true at first. */
bool budget_weigh(struct budgets *budgets, int64_t vm);

/* Whether a refusal of this address is still to be written into the store: a few at once, then one in ten seconds. */
bool budget_refusal(struct budgets *budgets, const char *peer);

/* The same of a wrong token that was shown there, into the audit; `untold` of them were not since the last one that was. */
bool budget_wrong_token(struct budgets *budgets, const char *peer, unsigned *untold);

/*
 * Whether the filesystem of the folder has less free space than the reserve of `reserve` bytes. Asked once a second at most.
 */
bool budget_disk_low(struct budgets *budgets, int folder, uint64_t reserve);
/* Free bytes, as last seen. */
uint64_t budget_disk_free(struct budgets *budgets, int folder);

#endif
