#include "vm/identity.h"

#include <string.h>

/* Whether `peer` is one of the words. */
static bool among(const char *words, const char *peer)
{
	size_t size = strlen(peer);

	while (*words) {
		size_t word = strcspn(words, " ");

		if (word == size && !strncmp(words, peer, size))
			return true;
		words += word + strspn(words + word, " ");
	}
	return false;
}

/* In configuration mode from there; afterwards also from its final network. */
static bool address_fits(const struct vm *vm, const char *peer)
{
	if (!vm->address[0] || !strcmp(vm->address, peer))
		return true;
	if (vm_configures(vm))
		return false;
	return vm->imported && (!vm->finals[0] || among(vm->finals, peer));
}

enum identity identity_judge(const struct vm *vm, const char *peer, const char *token)
{
	if (!address_fits(vm, peer))
		return IDENTITY_ADDRESS;
	if (!vm->token_hash[0])
		return IDENTITY_OK;
	if (!token)
		return IDENTITY_NO_TOKEN;
	return token_matches(vm->token_hash, token) ? IDENTITY_OK : IDENTITY_TOKEN;
}
