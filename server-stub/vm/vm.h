/* One VM as the service knows it. All times are milliseconds since 1970. */
#ifndef SERVER_VM_VM_H
#define SERVER_VM_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "util/limits.h"
#include "vm/names.h"
#include "vm/state.h"
#include "vm/token.h"

struct vm {
	int64_t id; /* of the store; 0 before it is stored */
	char name[VM_NAME_MAX + 1];
	char mac[MAC_TEXT];                       /* canonical */
	char address[ADDRESS_TEXT];               /* in configuration mode, canonical; "": any */
	char token[TOKEN_TEXT];                   /* "": none; for boot entries only, a secret */
	char token_hash[TOKEN_HASH_TEXT];         /* what a request is compared with */
	char group[VM_NAME_MAX + 1];              /* "": none */
	char mode[STEP_NAME_MAX + 1];             /* newroot.mode of its boot entry */
	char parameters[BOOT_PARAMETERS_MAX + 1]; /* more words for its boot entry */
	enum vm_state state;
	char step[STEP_NAME_MAX + 1];          /* begun last; "": none yet */
	char error[VM_ERROR_MAX + 1];          /* "code: message" while in VM_ERROR */
	bool hold;                             /* set on this VM */
	bool group_hold;                       /* set on its group; read only */
	int64_t added_ms, changed_ms, seen_ms; /* seen: its last events; 0: never */
};

/* Whether the agent has to stop at the next step boundary. */
static inline bool vm_held(const struct vm *vm)
{
	return vm->hold || vm->group_hold;
}

#endif
