/*
 * Tokens: random secrets that a request shows. What is compared and looked up is the SHA-256 of the
 * token, so that neither a comparison nor an index tells by its timing how much of a guess is right.
 */
#ifndef SERVER_VM_TOKEN_H
#define SERVER_VM_TOKEN_H

#include <stdbool.h>

#include "base/err.h"
#include "util/limits.h"

#define TOKEN_TEXT      (TOKEN_TEXT_MAX + 1)
#define TOKEN_HASH_TEXT 65

/* A new one: 128 random bits in hex. Errors: ERR_INTERNAL when there is no randomness. */
int token_new(char token[TOKEN_TEXT], struct err *err);

void token_hash(char hash[TOKEN_HASH_TEXT], const char *token);

/* Whether `token` (NULL: none shown) has this hash; in constant time for a given length. */
bool token_matches(const char hash[TOKEN_HASH_TEXT], const char *token);

#endif
