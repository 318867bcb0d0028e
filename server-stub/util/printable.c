#include "util/printable.h"

#include <stdint.h>
#include <string.h>

/* Ranges that are no characters for people to read, in order. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x00, 0x1f},        /* C0 controls */
	{0x7f, 0x9f},        /* DEL, C1 controls */
	{0xad, 0xad},        /* soft hyphen */
	{0x34f, 0x34f},      /* grapheme joiner */
	{0x61c, 0x61c},      /* Arabic letter mark */
	{0x115f, 0x1160},    /* Hangul fillers */
	{0x17b4, 0x17b5},    /* Khmer vowels that are not shown */
	{0x180b, 0x180f},    /* Mongolian selectors */
	{0x200b, 0x200f},    /* no width, left-to-right, right-to-left */
	{0x2028, 0x202e},    /* line and paragraph, embeddings and overrides */
	{0x2060, 0x206f},    /* joiners, isolates */
	{0x3164, 0x3164},    /* Hangul filler */
	{0xe000, 0xf8ff},    /* private use */
	{0xfdd0, 0xfdef},    /* no characters */
	{0xfe00, 0xfe0f},    /* selectors */
	{0xfeff, 0xfeff},    /* byte order mark */
	{0xffa0, 0xffa0},    /* Hangul filler */
	{0xfff0, 0xfffc},    /* annotations, objects */
	{0xfffe, 0xffff},    /* no characters */
	{0x1d173, 0x1d17a},  /* beams of music */
	{0xe0000, 0x10ffff}, /* tags, selectors, private use */
};

static bool is_hidden(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

/* Bytes that a character with this first byte has; 0: none has it. */
static size_t size_by_first(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The character of `size` bytes; false when these are none. */
static bool decode(const unsigned char *byte, size_t size, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	*c = size == 1 ? byte[0] : byte[0] & (0xffU >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return false;
		*c = *c << 6 | (byte[i] & 0x3f);
	}
	return *c >= least[size] && *c <= 0x10ffff && !(*c >= 0xd800 && *c <= 0xdfff);
}

size_t printable_size(const char *text, bool *printable)
{
	const unsigned char *byte = (const unsigned char *)text;
	const size_t size = size_by_first(byte[0]);
	uint32_t c;

	*printable = false;
	if (!size || !decode(byte, size, &c))
		return 1;
	*printable = !is_hidden(c);
	return size;
}

char *printable_copy(char *out, size_t size, const char *text)
{
	size_t used = 0;

	while (*text) {
		bool printable;
		const size_t step = printable_size(text, &printable);
		const size_t need = printable ? step : 1;

		if (used + need >= size)
			break;
		memcpy(out + used, printable ? text : "?", need);
		used += need;
		text += step;
	}
	out[used] = '\0';
	return out;
}
