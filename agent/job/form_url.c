#include "job/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "job/address.h"
#include "job/job.h"

#define URL_MAX  2048 /* what servers and proxies take for granted */
#define HOST_MAX 253  /* RFC 1035, without the last dot */

/* RFC 3986: unreserved, reserved without "#", and "%". */
#define URL_CHARS ALNUM "-._~:/?[]@!$&'()*+,;=%"

static bool has_good_escapes(const char *text)
{
	for (text = strchr(text, '%'); text; text = strchr(text + 1, '%'))
		if (strspn(text + 1, HEX_DIGITS) < 2)
			return false;
	return true;
}

/* What would end a name in the middle: control characters, DEL, and a slash that isn't one. */
static bool has_path_breaking_escape(const char *text)
{
	for (text = strchr(text, '%'); text; text = strchr(text + 1, '%'))
		if (text[1] == '0' || text[1] == '1' || !strncasecmp(text, "%2f", 3) ||
		    !strncasecmp(text, "%7f", 3))
			return true;
	return false;
}

static bool is_host(const char *host)
{
	struct address address;
	size_t len = strlen(host);
	char inner[HOST_MAX + 1];

	if (host[0] != '[')
		return is_domain(host, HOST_MAX) || address_parse_host(host, &address);
	if (host[len - 1] != ']')
		return false;
	memcpy(inner, host + 1, len - 2);
	inner[len - 2] = '\0';
	return address_parse_host(inner, &address) && address.bits == 128;
}

static bool is_port(const char *text)
{
	return made_of(text, DIGITS, 5) && text[0] != '0' && atoi(text) <= 65535;
}

/* "name", "name:8443", "10.0.2.2:8443", "[fd00::1]:8443"; never "user@name". */
static bool is_authority(const char *text, size_t len)
{
	char host[HOST_MAX + sizeof(":65535")];
	char *port;

	if (len == 0 || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	port = strrchr(host, ':');
	if (port && !strchr(port, ']')) {
		*port++ = '\0';
		if (!is_port(port))
			return false;
	}
	return strlen(host) > 0 && strlen(host) <= HOST_MAX && is_host(host);
}

/* "/export/file.tar.gz?vers=3": a folder and, behind the last slash, a file in it. */
static bool is_nfs_path(const char *path)
{
	size_t len = strcspn(path, "?");
	const char *file = (const char *)memrchr(path, '/', len) + 1;
	size_t file_len = (size_t)(path + len - file);
	bool dots = file_len <= 2 && !strncmp(file, "..", file_len);

	return !dots && !has_path_breaking_escape(path) &&
	       (!path[len] || !strcmp(path + len, "?vers=3") || !strcmp(path + len, "?vers=4"));
}

static bool is_https_path(const char *path)
{
	return path[1];
}

static bool is_url(const char *text)
{
	static const struct {
		const char *scheme;
		bool (*fits)(const char *path);
	} schemes[] = {{"https://", is_https_path}, {NFS_SCHEME, is_nfs_path}};

	if (!made_of(text, URL_CHARS, URL_MAX) || !has_good_escapes(text))
		return false;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		const char *authority = text + strlen(schemes[i].scheme);
		size_t len;

		if (strncmp(text, schemes[i].scheme, strlen(schemes[i].scheme)))
			continue;
		len = strcspn(authority, "/?");
		return is_authority(authority, len) && authority[len] == '/' &&
		       schemes[i].fits(authority + len);
	}
	return false;
}

const struct form form_url = {
	"\"https://HOST[:PORT]/PATH\", at most 2048 characters, without user name, password or #; "
	"or \"nfs://SERVER[:PORT]/FOLDER/FILE\", to which ?vers=3 or ?vers=4 may be added",
	is_url,
};
