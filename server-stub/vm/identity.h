/*
 * Who a request is from. It states a MAC; the VM with that MAC says from which address and with
 * which token it has to come: in configuration mode from its address there, afterwards from its final
 * network too. What a VM was added without is not asked for.
 */
#ifndef SERVER_VM_IDENTITY_H
#define SERVER_VM_IDENTITY_H

#include "vm/vm.h"

enum identity {
	IDENTITY_OK,
	IDENTITY_ADDRESS, /* another address than the VM's */
	IDENTITY_NO_TOKEN,
	IDENTITY_TOKEN, /* another token than the VM's */
};

/* `peer` is canonical (address_of_peer); `token` is NULL when none was shown. */
enum identity identity_judge(const struct vm *vm, const char *peer, const char *token);

#endif
