#include "vm/token.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"

int token_new(char token[TOKEN_TEXT], struct err *err)
{
	unsigned char random[TOKEN_TEXT_MAX / 2];
	int code = gnutls_rnd(GNUTLS_RND_KEY, random, sizeof(random));

	if (code < 0)
		return err_set(err, ERR_INTERNAL, "token", "no randomness: %s",
			       gnutls_strerror(code));
	text_hex(token, random, sizeof(random));
	return 0;
}

void token_hash(char hash[TOKEN_HASH_TEXT], const char *token)
{
	unsigned char digest[32];

	/* Fails only when the library was built without SHA-256: then nothing may match. */
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, token, strlen(token), digest) < 0)
		abort();
	text_hex(hash, digest, sizeof(digest));
}

bool token_matches(const char hash[TOKEN_HASH_TEXT], const char *token)
{
	char shown[TOKEN_HASH_TEXT];

	if (!token)
		return false;
	token_hash(shown, token);
	return gnutls_memcmp(hash, shown, sizeof(shown)) == 0;
}
