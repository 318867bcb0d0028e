/*
 * Any text as a URL and as a redirect: refused, or taken apart into what parses to the same again; as one of NFS:
 * refused, or taken apart into what a mount and an open can be given.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nfs_url.h"
#include "base/url.h"

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

static void check_nfs(const struct nfs_url *url)
{
	size_t folder = strlen(url->folder);

	require(url->folder[0] == '/' && folder < sizeof(url->folder));
	require(url->file[0] && strlen(url->file) < sizeof(url->file) && !strchr(url->file, '/'));
	require(strcmp(url->file, ".") && strcmp(url->file, ".."));
	require(!url->version || url->version == 3 || url->version == 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct url url, base;
	struct nfs_url nfs;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!url_parse(&url, text, NULL))
		check_round_trip(&url);
	require(!url_parse(&base, "https://host:8443/a/b/c?q", NULL));
	if (!url_resolve(&url, &base, text, NULL))
		check_round_trip(&url);
	if (!nfs_url_parse(&nfs, text, NULL))
		check_nfs(&nfs);
	free(text);
	return 0;
}
