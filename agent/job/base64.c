#include "job/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t padding(const char *text, size_t len)
{
	return (len > 0 && text[len - 1] == '=') +
	       (len > 1 && text[len - 1] == '=' && text[len - 2] == '=');
}

/* Four characters, the last `pad` of them "=", as 24 bits; UINT32_MAX when one is no digit. */
static uint32_t group(const char *text, size_t pad)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		const char *at =
			i < 4 - pad ? memchr(alphabet, text[i], sizeof(alphabet) - 1) : alphabet;

		if (!at)
			return UINT32_MAX;
		bits = bits << 6 | (uint32_t)(at - alphabet);
	}
	/* Bits behind the last byte must be 0, or two texts would mean the same bytes. */
	return bits & ((1u << 8 * pad) - 1) ? UINT32_MAX : bits;
}

unsigned char *base64_decode(const char *text, size_t len, size_t *size)
{
	size_t pad = padding(text, len);
	unsigned char *out = len % 4 ? NULL : malloc(len / 4 * 3 + 1);
	size_t used = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t bits = group(text + i, i + 4 == len ? pad : 0);

		if (bits == UINT32_MAX) {
			free(out);
			return NULL;
		}
		out[used++] = (unsigned char)(bits >> 16);
		out[used++] = (unsigned char)(bits >> 8);
		out[used++] = (unsigned char)bits;
	}
	*size = used - pad;
	out[*size] = '\0';
	return out;
}
