/* One VM as the service knows it. All times are milliseconds since 1970. */
#ifndef SERVER_VM_VM_H
#define SERVER_VM_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "util/limits.h"
#include "vm/names.h"
#include "vm/state.h"
#include "vm/token.h"

#define BOOT_UUID_TEXT 37

/* How far the running step is with what it reads or writes. */
struct progress {
	char item[VM_ITEM_MAX + 1]; /* "" : nothing is counted */
	int64_t done, total, rate;  /* bytes; bytes a second; total 0: unknown */
};

struct vm {
	int64_t id; /* of the store; 0 before it is stored */
	char name[VM_NAME_MAX + 1];
	char group[VM_NAME_MAX + 1];  /* "": none */
	char role[VM_NAME_MAX + 1];   /* of its migration document; "": none told */
	char master[VM_NAME_MAX + 1]; /* the VM it replicates; "": none */
	bool imported;                /* by a migration document: creators make and provision it */

	/* Who it is. */
	char mac[MAC_TEXT];               /* canonical */
	char address[ADDRESS_TEXT];       /* in configuration mode, canonical; "": any */
	char finals[VM_FINALS_MAX + 1];   /* on its final network, between spaces; "": any */
	char token[TOKEN_TEXT];           /* "": none; for boot entries only, a secret */
	char token_hash[TOKEN_HASH_TEXT]; /* what a request is compared with */

	/* How it boots from the network. */
	char mode[STEP_NAME_MAX + 1];             /* newroot.mode of its boot entry */
	char parameters[BOOT_PARAMETERS_MAX + 1]; /* more words for its boot entry */

	/* Where it is. */
	enum vm_state state;
	enum vm_state before;             /* the state it came from */
	char step[STEP_NAME_MAX + 1];     /* begun last; "": none yet */
	struct progress progress;         /* of that step */
	char waiting[VM_WAITING_MAX + 1]; /* what it waits for, in words; "": nothing */
	char error[VM_ERROR_MAX + 1];     /* "code: where: message" while in VM_ERROR */
	char again_boot
		[BOOT_UUID_TEXT]; /* which, still running, may begin anew once armed; "": none */

	/* Its job is handed out once for each arming. */
	bool armed;
	char handed_to[BOOT_UUID_TEXT]; /* the boot that got it; "": none since it was armed */

	bool secretless; /* its job's passwords have left the store: it is not handed out before an import brings them back */

	bool anew; /* its failed first boot is to be done again: until it says that it has begun */

	/* Its cutover. */
	int64_t cutover_ms;   /* ordered then, and not yet done; 0: not ordered */
	int64_t cutover_wave; /* goes after the lower ones of its group */
	int64_t claimed_ms; /* it said then that it is cut over, which nobody had ordered, and is where it was; 0: it did not */
	/* Of these, one that isn't done; "": none. Read only. */
	char cutover_after[VM_NAME_MAX + 1];

	/* Holds. */
	bool hold;       /* set on this VM */
	bool group_hold; /* set on its group; read only */
	bool holding;    /* its error holds its group, until hold_step is behind it */
	char hold_step[STEP_NAME_MAX + 1]; /* the step that failed; "": none was named */
	char held_by[VM_NAME_MAX + 1];     /* a VM whose error holds this one; read only */

	/* The creator that is at it. */
	char lease_by[VM_NAME_MAX + 1]; /* "": nobody */
	int64_t lease_until_ms;         /* by steady_ms(): course/lease.h */

	int64_t added_ms, changed_ms, seen_ms; /* seen: its last events; 0: never */
	int64_t version;                       /* grows with each change of any VM; read only */
};

/* Whether it belongs into the in-memory system; when not, its boot entries say to boot from its disk. */
static inline bool vm_configures(const struct vm *vm)
{
	return vm_state_configures(vm->state, vm->before);
}

/* Whether its hardware is there, as far as the service was told. */
bool vm_is_created(const struct vm *vm);

/* Whether the agent has to stop at the next step boundary. */
static inline bool vm_held(const struct vm *vm)
{
	return vm->hold || vm->group_hold || vm->held_by[0] || vm->state == VM_CANCELLED;
}

/* Whether the VM may hear now that it is to cut itself over. */
static inline bool vm_cuts_over(const struct vm *vm)
{
	return vm->state == VM_COMPLETE && vm->cutover_ms && !vm->cutover_after[0] && !vm_held(vm);
}

#define VM_HELD_TEXT 160
/* Why it is held, for a person, in `text`; NULL when it isn't. */
const char *vm_held_why(const struct vm *vm, char text[VM_HELD_TEXT]);

/* What its ordered cutover waits for, for a person, in `text`; NULL when none is ordered. */
const char *vm_ordered_text(const struct vm *vm, char text[VM_HELD_TEXT]);

/* What to do about its error; NULL when it has none, or one of another program. */
const char *vm_error_help(const struct vm *vm);

/* Let the VM enter another state, with all that begins or ends with it. */
void vm_enter(struct vm *vm, enum vm_state to, int64_t now_ms);

/* When its lease ends by the clock on the wall as that is now, for people to read; 0: nobody has it. */
int64_t vm_lease_end_ms(const struct vm *vm);

#endif
