#include "http/unescape.h"

#include "base/url.h"

size_t unescape(char *text)
{
	char *out = text;
	const char *in = text;

	while (*in) {
		const int byte = url_escaped(in);

		*out++ = byte > 0 ? (char)byte : *in;
		in += byte > 0 ? 3 : 1;
	}
	*out = '\0';
	return (size_t)(out - text);
}
