#include "job/form.h"

#include <string.h>

#include "base/nfs_url.h"
#include "base/url.h"

#define HTTPS    "https://"
#define HOST_MAX 253 /* RFC 1035, without the last dot */

static bool begins(const char *text, const char *scheme)
{
	return !strncmp(text, scheme, strlen(scheme));
}

/* Names of a job are those of the DNS; base/url.h takes more, which redirects have. */
static bool is_host(const struct url *url)
{
	return url->address_size || is_domain(url->host, HOST_MAX);
}

/* A path of at least one character behind its slash. */
static bool has_path(const char *text)
{
	const char *authority = text + strlen(HTTPS);
	const char *path = authority + strcspn(authority, "/?");

	return path[0] == '/' && path[1];
}

static bool is_url(const char *text)
{
	struct url https;
	struct nfs_url nfs;

	if (strchr(text, '#'))
		return false;
	if (begins(text, HTTPS))
		return !url_parse(&https, text, NULL) && is_host(&https) && has_path(text);
	return begins(text, NFS_SCHEME) && !nfs_url_parse(&nfs, text, NULL) && is_host(&nfs.server);
}

const struct form form_url = {
	"\"https://HOST[:PORT]/PATH\", at most 2048 characters, without user name, password or #; "
	"or \"nfs://SERVER[:PORT]/FOLDER/FILE\", to which ?vers=3 or ?vers=4 may be added",
	is_url,
};
