/*
 * The states of a VM and the one table of transitions between them. What moves a VM is an input: an
 * event of its agent. An input that the table refuses leaves the state as it is.
 */
#ifndef SERVER_VM_STATE_H
#define SERVER_VM_STATE_H

enum vm_state {
	VM_CREATED,     /* added by the operator; nothing heard yet */
	VM_CONFIGURING, /* the installation runs */
	VM_INSTALLED,   /* finish is done; the VM may boot from its disk */
	VM_FIRST_BOOT,  /* the installed system has checked in */
	VM_COMPLETE,    /* first boot has done its work */
	VM_ERROR,       /* a step failed */
	VM_STATES,
	VM_REFUSED = VM_STATES /* no state: what vm_state_next says of a refused input */
};

enum vm_input {
	INPUT_NONE, /* an event that moves nothing */
	INPUT_CONFIGURING,
	INPUT_INSTALLED,
	INPUT_FIRST_BOOT,
	INPUT_COMPLETE,
	INPUT_ERROR,
	VM_INPUTS
};

/* The state after `input`, or VM_REFUSED. */
enum vm_state vm_state_next(enum vm_state state, enum vm_input input);

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
