#include "util/terminal_text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

bool terminal_is_utf8(void)
{
	return setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Bytes of the character that `text` begins with, and its columns; 0: it can't be shown. */
static size_t measure(const char *text, unsigned *columns)
{
	mbstate_t state = {0};
	wchar_t wide;
	size_t size = mbrtowc(&wide, text, strnlen(text, TERMINAL_CHAR - 1), &state);
	int width = size > TERMINAL_CHAR - 1 ? -1 : wcwidth(wide);

	/* Controls have no width; marks that take no column could pile up on their neighbours. */
	if (width <= 0)
		return 0;
	*columns = (unsigned)width;
	return size;
}

/* Bytes that stand for one character, shown as one '?': a broken sequence is taken byte by byte. */
static size_t unshown(const char *text, bool utf8)
{
	mbstate_t state = {0};
	size_t size = utf8 ? mbrtowc(NULL, text, strnlen(text, TERMINAL_CHAR - 1), &state) : 1;

	return size > TERMINAL_CHAR - 1 ? 1 : size;
}

const char *terminal_take(char out[TERMINAL_CHAR], unsigned *columns, const char *text, bool utf8)
{
	const bool ascii = text[0] >= ' ' && text[0] <= '~';
	size_t size = ascii ? 1 : 0;

	*columns = 1;
	if (!ascii && utf8)
		size = measure(text, columns);
	if (!size) {
		memcpy(out, "?", 2);
		return text + unshown(text, utf8);
	}
	memcpy(out, text, size);
	out[size] = '\0';
	return text + size;
}

char *terminal_clean(char *out, size_t size, const char *text, bool utf8)
{
	char one[TERMINAL_CHAR];
	size_t used = 0;
	unsigned columns;

	while (*text) {
		text = terminal_take(one, &columns, text, utf8);
		if (used + strlen(one) >= size)
			break;
		memcpy(out + used, one, strlen(one));
		used += strlen(one);
	}
	out[used] = '\0';
	return out;
}

void terminal_print(const char *text, bool utf8)
{
	char shown[TERMINAL_CHAR];
	unsigned columns;

	while (*text) {
		text = terminal_take(shown, &columns, text, utf8);
		fputs(shown, stdout);
	}
}
