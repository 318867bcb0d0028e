/* How far a VM's word reaches, by where it is: what its token, or its address, opens. docs/security.md has it as a table. */
#ifndef SERVER_VM_REACH_H
#define SERVER_VM_REACH_H

#include "vm/vm.h"

enum reach {
	REACH_NOTHING, /* neither job nor archives */
	REACH_DUMPS,   /* the dumps of its databases: its first boot may run */
	REACH_ALL,     /* the job, and all archives that it names: it may install */
};

enum reach vm_reach(const struct vm *vm);

/*
 * Whether its token is void: it is cut over, and what it had to say of that has had CUT_OVER_GRACE_SECONDS to come. An operator's
 * `reopen` ends that.
 */
bool vm_is_over(const struct vm *vm, int64_t now_ms);

/* What has to be done so that the VM reaches further, for a person; it names a command. */
const char *vm_reach_help(const struct vm *vm);

#endif
