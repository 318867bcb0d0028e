#include "vm/identity.h"

#include <string.h>

enum identity identity_judge(const struct vm *vm, const char *peer, const char *token)
{
	if (vm->address[0] && strcmp(vm->address, peer))
		return IDENTITY_ADDRESS;
	if (!vm->token_hash[0])
		return IDENTITY_OK;
	if (!token)
		return IDENTITY_NO_TOKEN;
	return token_matches(vm->token_hash, token) ? IDENTITY_OK : IDENTITY_TOKEN;
}
