#include "service/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the character at `s` (RFC 3629 4: no overlong forms, no surrogates), or 0. */
static size_t character_size(const unsigned char *s)
{
	size_t size;
	uint32_t c;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		size = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		size = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		size = 4;
	else
		return 0;
	c = s[0] & (0xffU >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((size == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))) ||
	    (size == 4 && (c < 0x10000 || c > 0x10ffff)))
		return 0;
	return size;
}

static bool is_control(unsigned char c)
{
	return (c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
}

char *text_clean(char *to, size_t size, const char *from)
{
	const unsigned char *in = (const unsigned char *)from;
	size_t used = 0;

	while (*in) {
		size_t step = character_size(in);
		bool good = step && !is_control(*in);

		if (!step)
			step = 1;
		if (used + step >= size)
			break;
		if (good)
			memcpy(to + used, in, step);
		else
			to[used] = '?';
		used += good ? step : 1;
		in += step;
	}
	to[used] = '\0';
	return to;
}
