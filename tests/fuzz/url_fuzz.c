/* Any text as a URL and as a redirect: refused, or taken apart into what parses to the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "service/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_round_trip(const struct url *url)
{
	char text[URL_AUTHORITY_MAX + URL_BYTES_MAX + 16];
	struct url again;

	url_text(url, text, sizeof(text));
	require(url->target[0] == '/' && !strpbrk(url->target, " \r\n#"));
	if (strlen(text) > URL_BYTES_MAX)
		return;
	require(!url_parse(&again, text, NULL));
	require(url_same_origin(url, &again) && !strcmp(url->target, again.target));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct url url, base;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!url_parse(&url, text, NULL))
		check_round_trip(&url);
	require(!url_parse(&base, "https://host:8443/a/b/c?q", NULL));
	if (!url_resolve(&url, &base, text, NULL))
		check_round_trip(&url);
	free(text);
	return 0;
}
