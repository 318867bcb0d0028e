/* What there is to tell of a VM beside its state and step: errors, holds, what it waits for, silence. */
#ifndef SERVER_WATCH_REMARKS_H
#define SERVER_WATCH_REMARKS_H

#include "util/monotonic.h"
#include "vm/vm.h"
#include "watch/sheet.h"

#define REMARKS_MAX 7

struct remark {
	enum paint paint;
	const char *label; /* "held:" */
	char text[VM_ERROR_MAX + 1];
};

/* Those that there are now, the gravest first: their number. */
size_t remarks_of(struct remark remark[REMARKS_MAX], const struct vm *vm, const struct moment *now);

/* "12 s", "3 min", "5 h": what a person takes in at a glance. */
#define DURATION_TEXT 32
const char *duration_text(char text[DURATION_TEXT], int64_t seconds);

#endif
