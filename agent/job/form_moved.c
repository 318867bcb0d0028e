#include "job/form.h"

#include <stdio.h>
#include <string.h>

#include "job/address.h"

#define NAME_MAX_LENGTH 128 /* a service's, a certificate's: they become file names */

static bool is_network(const char *text)
{
	struct address address;

	if (address_parse_host(text, &address))
		return !address_is_zero(&address);
	return address_parse_prefix(text, &address) && address.prefix > 0 &&
	       address_is_network(&address);
}

const struct form form_network = {
	"a network, such as \"10.80.0.0/24\", with no bits set behind the prefix, or an address",
	is_network,
};

/* A name, an IPv4 address, or an IPv6 address in brackets, as mount.nfs(8) takes them. */
static bool is_host(const char *text, size_t size)
{
	char host[256];
	struct address address;

	if (size == 0 || size >= sizeof(host))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)size, text);
	if (host[0] != '[')
		return (address_parse_host(host, &address) && address.bits == 32) ||
		       is_domain(host, sizeof(host));
	if (host[size - 1] != ']')
		return false;
	host[size - 1] = '\0';
	return address_parse_host(host + 1, &address) && address.bits == 128;
}

static bool is_nfs_source(const char *text)
{
	const char *path = strstr(text, ":/");

	return path && is_host(text, (size_t)(path - text)) && is_printable(text, false, 1024) &&
	       !strpbrk(path, "\"'\\#");
}

const struct form form_nfs_source = {
	"a server and its directory, such as \"10.80.0.11:/srv/media\" or \"[fd00::11]:/srv/media\", without blanks",
	is_nfs_source,
};

static bool is_export_options(const char *text)
{
	return made_of(text, ALNUM "_=:./@+-,", 256) && text[0] != ',' && !strstr(text, ",,") &&
	       text[strlen(text) - 1] != ',';
}

const struct form form_export_options = {
	"options of exports(5) without blanks, such as \"ro,all_squash\"",
	is_export_options,
};

static bool is_service(const char *text)
{
	return made_of(text, ALNUM "_.@:+-", NAME_MAX_LENGTH) && !strchr(".-", text[0]);
}

const struct form form_service = {
	"a service's name: letters, digits and _.@:+-, at most 128, such as \"cron\" or \"logrotate.timer\"",
	is_service,
};

/* Puppet refuses capitals: the name is compared with file names of certificates. */
static bool is_certname(const char *text)
{
	return made_of(text, "abcdefghijklmnopqrstuvwxyz" DIGITS "_.-", NAME_MAX_LENGTH) &&
	       !strchr(".-", text[0]);
}

const struct form form_certname = {
	"a certificate's name: small letters, digits and _.-, at most 128",
	is_certname,
};
