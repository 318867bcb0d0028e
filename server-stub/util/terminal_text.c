#include "util/terminal_text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "util/printable.h"

bool terminal_is_utf8(void)
{
	return setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* The columns of the character of `size` bytes; 0: it can't be shown. */
static unsigned measure(const char *text, size_t size)
{
	mbstate_t state = {0};
	wchar_t wide;
	int width = mbrtowc(&wide, text, size, &state) == size ? wcwidth(wide) : -1;

	/* Marks that take no column could pile up on their neighbours. */
	return width > 0 ? (unsigned)width : 0;
}

const char *terminal_take(char out[TERMINAL_CHAR], unsigned *columns, const char *text, bool utf8)
{
	bool printable;
	const size_t size = printable_size(text, &printable);

	*columns = 1;
	if (printable && size > 1)
		*columns = utf8 ? measure(text, size) : 0;
	if (!printable || !*columns) {
		memcpy(out, "?", 2);
		*columns = 1;
		return text + (utf8 ? size : 1);
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
