/*
 * The states of a VM and the one table of transitions between them. What moves a VM is an input: an
 * event of its agent, an action of the operator or of a creator, or something the service itself
 * noticed. An input that the table refuses leaves the state as it is.
 */
#ifndef SERVER_VM_STATE_H
#define SERVER_VM_STATE_H

#include <stdbool.h>

enum vm_state {
	VM_WAITING,            /* some of its archives aren't there yet */
	VM_NEEDS_CREATING,     /* a creator may make the blank VM */
	VM_CREATED,            /* it may boot from the network and get its job */
	VM_CONFIGURING,        /* the installation runs */
	VM_NEEDS_PROVISIONING, /* installed; a creator may move it to its network and boot its disk */
	VM_PROVISIONING,       /* a creator is at it */
	VM_FIRST_BOOT,         /* the installed system has checked in */
	VM_COMPLETE,           /* first boot has done its work */
	VM_CUT_OVER,           /* it is in service: by its own word, or by the operator's */
	VM_ERROR,              /* something failed; vm->error says what */
	VM_CANCELLED,          /* the operator has given it up for now */
	VM_STATES,
	VM_REFUSED = VM_STATES, /* no state: what vm_state_next says of a refused input */
};

enum vm_input {
	INPUT_NONE, /* an event that moves nothing */
	/* By the agent. */
	INPUT_CONFIGURING,
	INPUT_INSTALLED,
	INPUT_FIRST_BOOT,
	INPUT_COMPLETE,
	INPUT_CUT_OVER,
	INPUT_ERROR,
	/* By the service. */
	INPUT_ARCHIVES, /* all there */
	/* By a creator. */
	INPUT_CREATED,
	INPUT_PROVISIONING, /* taken */
	INPUT_PROVISIONED,  /* booted from its disk */
	INPUT_FAILED,       /* the creator could not do it */
	/* By the operator. */
	INPUT_RETRY,
	INPUT_ARM,
	INPUT_CANCEL,
	INPUT_ORDER,  /* to cut itself over */
	INPUT_MARK,   /* it is cut over, by hand */
	INPUT_REOPEN, /* it is not in service after all: an operator takes that back */
	VM_INPUTS
};

/*
 * The state after `input`, or VM_REFUSED. `before` is the state that a VM in VM_ERROR or
 * VM_CANCELLED came from: a retry goes back to where that can be tried again.
 */
enum vm_state vm_state_next(enum vm_state state, enum vm_state before, enum vm_input input);

/* Whether the VM belongs into the in-memory system: told otherwise, it boots from its own disk. */
bool vm_state_configures(enum vm_state state, enum vm_state before);

/*
 * Whether the VM has trust anchors that nobody but the service, while they vouch for it, can replace: it is being installed, or
 * stands by. One that was not begun gets them with its next boot from the network; one in service needs none.
 */
bool vm_state_keeps_anchors(enum vm_state state, enum vm_state before);

/* "first boot": the names are stable, scripts and the store use them. */
const char *vm_state_name(enum vm_state state);
/* VM_STATES when there is no such state. */
enum vm_state vm_state_by_name(const char *name);

/*
 * The input that a state event's "state" means; VM_INPUTS when an agent has no such state. What an
 * agent does without installing (planning, rescue, waiting) is told, but moves nothing.
 */
enum vm_input vm_input_by_state(const char *name);
const char *vm_input_name(enum vm_input input);

#endif
