#include "vm/state.h"

#include <string.h>

static const char *const state_names[VM_STATES] = {
	[VM_CREATED] = "created",     [VM_CONFIGURING] = "configuring",
	[VM_INSTALLED] = "installed", [VM_FIRST_BOOT] = "first boot",
	[VM_COMPLETE] = "complete",   [VM_ERROR] = "error",
};

static const char *const input_names[VM_INPUTS] = {
	[INPUT_NONE] = "nothing",        [INPUT_CONFIGURING] = "configuring",
	[INPUT_INSTALLED] = "installed", [INPUT_FIRST_BOOT] = "first boot",
	[INPUT_COMPLETE] = "complete",   [INPUT_ERROR] = "error",
};

/* clang-format off */
#define CRE VM_CREATED
#define CON VM_CONFIGURING
#define INS VM_INSTALLED
#define FIR VM_FIRST_BOOT
#define COM VM_COMPLETE
#define ERR VM_ERROR
#define no VM_REFUSED

/*
 * Events may be missing (a VM cut off while its last ones were on the way), so a later state of the
 * same course is taken; going back is only by a new installation (configuring), and a VM that
 * never configured can't be installed.
 */
static const unsigned char next_state[VM_STATES][VM_INPUTS] = {
	/*                   none conf. inst. first compl error */
	[VM_CREATED]     = {CRE, CON, no,  no,  no,  ERR},
	[VM_CONFIGURING] = {CON, CON, INS, FIR, COM, ERR},
	[VM_INSTALLED]   = {INS, CON, INS, FIR, COM, ERR},
	[VM_FIRST_BOOT]  = {FIR, CON, no,  FIR, COM, ERR},
	[VM_COMPLETE]    = {COM, CON, no,  FIR, COM, ERR},
	[VM_ERROR]       = {ERR, CON, INS, FIR, COM, ERR},
};

#undef CRE
#undef CON
#undef INS
#undef FIR
#undef COM
#undef ERR
#undef no
/* clang-format on */

enum vm_state vm_state_next(enum vm_state state, enum vm_input input)
{
	return state < VM_STATES && input < VM_INPUTS ? next_state[state][input] : VM_REFUSED;
}

const char *vm_state_name(enum vm_state state)
{
	return state < VM_STATES ? state_names[state] : "unknown";
}

enum vm_state vm_state_by_name(const char *name)
{
	enum vm_state state = 0;

	while (state < VM_STATES && strcmp(state_names[state], name))
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
	while (input < VM_INPUTS && strcmp(input_names[input], name))
		input++;
	return input;
}

const char *vm_input_name(enum vm_input input)
{
	return input < VM_INPUTS ? input_names[input] : "unknown";
}
