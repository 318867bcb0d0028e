#include "vm/state.h"

#include <stddef.h>
#include <string.h>

static const char *const state_names[VM_STATES] = {
	[VM_WAITING] = "waiting for archives",
	[VM_NEEDS_CREATING] = "needs creating",
	[VM_CREATED] = "created",
	[VM_CONFIGURING] = "configuring",
	[VM_NEEDS_PROVISIONING] = "needs provisioning",
	[VM_PROVISIONING] = "provisioning",
	[VM_FIRST_BOOT] = "first boot",
	[VM_COMPLETE] = "complete",
	[VM_CUT_OVER] = "cut over",
	[VM_ERROR] = "error",
	[VM_CANCELLED] = "cancelled",
};

static const char *const input_names[VM_INPUTS] = {
	[INPUT_NONE] = "nothing",
	[INPUT_CONFIGURING] = "configuring",
	[INPUT_INSTALLED] = "installed",
	[INPUT_FIRST_BOOT] = "first boot",
	[INPUT_COMPLETE] = "complete",
	[INPUT_CUT_OVER] = "cut over",
	[INPUT_ERROR] = "error",
	[INPUT_ARCHIVES] = "archives there",
	[INPUT_CREATED] = "created",
	[INPUT_PROVISIONING] = "provisioning",
	[INPUT_PROVISIONED] = "provisioned",
	[INPUT_FAILED] = "failed",
	[INPUT_RETRY] = "retry",
	[INPUT_ARM] = "arm",
	[INPUT_CANCEL] = "cancel",
	[INPUT_ORDER] = "cutover",
	[INPUT_MARK] = "mark",
	[INPUT_REOPEN] = "reopen",
};

/* In the table: where a retry goes depends on where the VM came from. */
#define VM_BACK (VM_STATES + 1)

/* clang-format off */
#define WAI VM_WAITING
#define NEC VM_NEEDS_CREATING
#define CRE VM_CREATED
#define CON VM_CONFIGURING
#define NEP VM_NEEDS_PROVISIONING
#define PRO VM_PROVISIONING
#define FIR VM_FIRST_BOOT
#define COM VM_COMPLETE
#define CUT VM_CUT_OVER
#define ERR VM_ERROR
#define CAN VM_CANCELLED
#define BCK VM_BACK
#define no  VM_REFUSED

/*
 * Events may be missing (a VM cut off while its last ones were on the way), so a later state of the
 * same course is taken. A VM goes back by the operator (`retry` after an error, `arm` to install it anew), and by
 * its own first boot or cutover, done again or undone. A VM made by hand may be created, and may boot its disk,
 * before a creator takes it.
 */
static const unsigned char next_state[VM_STATES][VM_INPUTS] = {
	/*                          agent                              serv. creator             operator                     */
	/*                          none conf inst firs comp cut  err  arch  crea prov pdon fail retr arm  canc ord  mark reop */
	[VM_WAITING]            = {WAI, no,  no,  no,  no,  no,  ERR, NEC,  no,  no,  no,  no,  no,  no,  CAN, no,  no, no},
	[VM_NEEDS_CREATING]     = {NEC, CON, no,  no,  no,  no,  ERR, no,   CRE, no,  no,  ERR, no,  CRE, CAN, no,  no, no},
	[VM_CREATED]            = {CRE, CON, no,  no,  no,  no,  ERR, no,   CRE, no,  no,  ERR, no,  CRE, CAN, no,  no, no},
	[VM_CONFIGURING]        = {CON, CON, NEP, FIR, COM, CUT, ERR, no,   CON, no,  no,  no,  no,  CRE, CAN, no,  no, no},
	[VM_NEEDS_PROVISIONING] = {NEP, no,  NEP, FIR, COM, CUT, ERR, no,   no,  PRO, no,  no,  no,  CRE, CAN, no,  no, no},
	[VM_PROVISIONING]       = {PRO, no,  PRO, FIR, COM, CUT, ERR, no,   no,  PRO, PRO, ERR, NEP, CRE, CAN, no,  no, no},
	[VM_FIRST_BOOT]         = {FIR, no,  no,  FIR, COM, CUT, ERR, no,   no,  no,  FIR, no,  no,  CRE, CAN, no,  no, no},
	[VM_COMPLETE]           = {COM, no,  no,  FIR, COM, CUT, ERR, no,   no,  no,  COM, no,  no,  CRE, CAN, COM, CUT, no},
	[VM_CUT_OVER]           = {CUT, no,  no,  FIR, COM, CUT, CUT, no,   no,  no,  no,  no,  no,  no,  no,  CUT, CUT, COM},
	[VM_ERROR]              = {ERR, no,  NEP, FIR, COM, CUT, ERR, no,   no,  no,  no,  ERR, BCK, CRE, CAN, no,  no, no},
	[VM_CANCELLED]          = {CAN, no,  no,  CAN, CAN, CAN, CAN, no,   no,  no,  no,  no,  BCK, CRE, CAN, no,  no, no},
};

/* Where what failed or was given up in a state can be tried again. */
static const unsigned char retry_state[VM_STATES] = {
	[VM_WAITING] = WAI,            [VM_NEEDS_CREATING] = NEC, [VM_CREATED] = CRE,
	[VM_CONFIGURING] = CRE,        [VM_NEEDS_PROVISIONING] = NEP, [VM_PROVISIONING] = NEP,
	[VM_FIRST_BOOT] = FIR,         [VM_COMPLETE] = COM,       [VM_CUT_OVER] = no,
	[VM_ERROR] = CRE,              [VM_CANCELLED] = CRE,
};

#undef WAI
#undef NEC
#undef CRE
#undef CON
#undef NEP
#undef PRO
#undef FIR
#undef COM
#undef CUT
#undef ERR
#undef CAN
#undef BCK
#undef no
/* clang-format on */

enum vm_state vm_state_next(enum vm_state state, enum vm_state before, enum vm_input input)
{
	unsigned next;

	if (state >= VM_STATES || input >= VM_INPUTS)
		return VM_REFUSED;
	next = next_state[state][input];
	if (next == VM_BACK)
		next = before < VM_STATES ? retry_state[before] : VM_REFUSED;
	return (enum vm_state)next;
}

bool vm_state_configures(enum vm_state state, enum vm_state before)
{
	static const bool configures[VM_STATES] = {
		[VM_NEEDS_CREATING] = true,
		[VM_CREATED] = true,
		[VM_CONFIGURING] = true,
	};

	if (state == VM_ERROR)
		state = before;
	return state < VM_STATES && configures[state];
}

bool vm_state_keeps_anchors(enum vm_state state, enum vm_state before)
{
	static const bool keeps[VM_STATES] = {
		[VM_CONFIGURING] = true, [VM_NEEDS_PROVISIONING] = true, [VM_PROVISIONING] = true,
		[VM_FIRST_BOOT] = true,  [VM_COMPLETE] = true,
	};

	if (state == VM_ERROR || state == VM_CANCELLED)
		state = before;
	return state < VM_STATES && keeps[state];
}

const char *vm_state_name(enum vm_state state)
{
	return state < VM_STATES ? state_names[state] : "unknown";
}

enum vm_state vm_state_by_name(const char *name)
{
	enum vm_state state = 0;

	while (state < VM_STATES && strcmp(state_names[state], name) != 0)
		state++;
	return state;
}

enum vm_input vm_input_by_state(const char *name)
{
	static const char *const passing[] = {"planning", "rescue", "waiting"};
	enum vm_input input = INPUT_CONFIGURING;

	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (!strcmp(passing[i], name))
			return INPUT_NONE;
	while (input <= INPUT_ERROR && strcmp(input_names[input], name) != 0)
		input++;
	return input <= INPUT_ERROR ? input : VM_INPUTS;
}

const char *vm_input_name(enum vm_input input)
{
	return input < VM_INPUTS ? input_names[input] : "unknown";
}
