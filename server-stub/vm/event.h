/*
 * Events as agents send them: a JSON array, all of one boot. Parsed once, strictly; each event is
 * also kept as the text it came as, with whatever more it says.
 */
#ifndef SERVER_VM_EVENT_H
#define SERVER_VM_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "util/limits.h"
#include "vm/vm.h"

struct event {
	int64_t seq;                  /* 1 … EVENT_SEQ_MAX */
	int64_t ms;                   /* since 1970, by the agent's clock */
	const char *type;             /* "begin", "end", …: a static string */
	char step[STEP_NAME_MAX + 1]; /* "": none */
	bool begins;                  /* the step */
	bool passed;                  /* the step has ended well */
	struct progress progress;     /* of a progress event */
	enum vm_input input;
	bool waits;                       /* a wait event, or one that ends a wait */
	char waiting[VM_WAITING_MAX + 1]; /* for what, in words; "": no longer */
	char error[VM_ERROR_MAX + 1];     /* of an error: "code: where: message"; "": none told */
	char *shown; /* of a plan that is shown: its disks; owned by the list */
	char *body;  /* compact JSON, owned by the list */
};

/* What kind of system a boot is of, which its events tell. The store keeps the numbers. */
enum boot_life {
	LIFE_UNKNOWN,   /* nothing was said of it yet */
	LIFE_IN_MEMORY, /* it installs, plans, rescues or waits */
	LIFE_INSTALLED,
	LIFE_BESIDE, /* `newroot sync` or `newroot grow` on the installed system */
};

/* What the event tells of its boot's life. */
enum boot_life event_life(const struct event *event);

/* SHA-256 in hex, and its end. */
#define TRUST_ID_TEXT 65

struct event_list {
	char boot[BOOT_UUID_TEXT];
	struct event *item;
	size_t count;
	char anchors
		[TRUST_ID_TEXT]; /* that the agent says its VM has (store_trust_save()); "": it says nothing */
	bool weigh; /* what is kept of the VM is to be held against VM_EVENT_BYTES_MAX first */
};

/* Whether the text may name a boot: a UUID. */
bool event_is_boot(const char *text);

/*
 * Parse a body (NULL when `size` is 0); `list` is the caller's to events_free(), also after an error. Errors: ERR_SERVICE_BODY,
 * `where` being "line 3 column 7" or "events[2].seq".
 */
int events_parse(struct event_list *list, const char *body, size_t size, struct err *err);
void events_free(struct event_list *list);

#endif
