#include "job/form.h"

#include <stdlib.h>
#include <string.h>

#include "job/address.h"

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

static bool is_url(const char *text)
{
	static const char scheme[] = "https://";
	const char *authority = text + sizeof(scheme) - 1;
	size_t len;

	if (strncmp(text, scheme, sizeof(scheme) - 1) || !made_of(text, URL_CHARS, URL_MAX) ||
	    !has_good_escapes(text))
		return false;
	len = strcspn(authority, "/?");
	return is_authority(authority, len) && authority[len] == '/' && authority[len + 1];
}

const struct form form_url = {
	"\"https://HOST[:PORT]/PATH\", at most 2048 characters, without user name, password or #",
	is_url,
};
