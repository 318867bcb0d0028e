#include "job/form.h"

#include <stdlib.h>
#include <string.h>

#include "job/address.h"

#define LABEL_MAX     63  /* RFC 1035 */
#define DOMAIN_MAX    253 /* RFC 1035, without the last dot */
#define HOSTNAME_MAX  64  /* the kernel's: sethostname(2) */
#define INTERFACE_MAX 15  /* IFNAMSIZ 16 with the NUL */
#define VM_NAME_MAX   63  /* the service's */

bool is_domain(const char *text, size_t max)
{
	const char *label = text;
	size_t len;

	if (!made_of(text, ALNUM ".-", max))
		return false;
	for (;;) {
		len = strcspn(label, ".");
		if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
			return false;
		if (!label[len])
			break;
		label += len + 1;
	}
	/* A last label of digits only would read as an IPv4 address. */
	return strspn(label, DIGITS) < len || label == text;
}

static bool is_hostname(const char *text)
{
	return is_domain(text, HOSTNAME_MAX);
}

const struct form form_hostname = {
	"a host name: letters, digits and inner hyphens in labels of at most 63, 64 in all (RFC 1123)",
	is_hostname,
};

static bool is_any_domain(const char *text)
{
	return is_domain(text, DOMAIN_MAX);
}

const struct form form_domain = {
	"a domain name: letters, digits and inner hyphens in labels of at most 63 (RFC 1123)",
	is_any_domain,
};

/* The names end up in shell variables of init scripts: config_eth0. */
static bool is_interface(const char *text)
{
	return made_of(text, ALNUM "_", INTERFACE_MAX) && !strchr(DIGITS, text[0]) &&
	       strcmp(text, "lo") && strcmp(text, "all") && strcmp(text, "default");
}

const struct form form_interface = {
	"the name of a network interface: letters, digits and _, at most 15, such as \"eth0\"",
	is_interface,
};

static bool is_address(const char *text)
{
	struct address address;

	return address_parse_host(text, &address) && !address_is_zero(&address);
}

const struct form form_address = {"an IPv4 or IPv6 address without /", is_address};

static bool is_cidr(const char *text)
{
	struct address address;

	return address_parse_prefix(text, &address) && address_is_host(&address);
}

const struct form form_cidr = {
	"a host's address with its prefix length, such as \"10.0.0.5/24\" or \"fd00::5/64\"",
	is_cidr,
};

static bool is_route(const char *text)
{
	struct address address;

	return address_parse_prefix(text, &address) && address.prefix > 0 &&
	       address_is_network(&address);
}

const struct form form_route = {
	"a network, such as \"10.8.0.0/16\", with no bits set behind the prefix (a default route is written as an interface's gateways)",
	is_route,
};

/* Six octets; the first one's lowest bit would make it a group's address (IEEE 802). */
static bool is_mac(const char *text)
{
	for (int i = 0; i < 6; i++, text += 3)
		if (strspn(text, HEX_DIGITS) < 2 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
	text -= 18;
	return !(strtoul(text, NULL, 16) & 1) && strcmp(text, "00:00:00:00:00:00");
}

const struct form form_mac = {
	"the MAC address of one NIC, such as \"52:54:00:12:34:56\"",
	is_mac,
};

static bool is_vm_name(const char *text)
{
	return made_of(text, ALNUM "._-", VM_NAME_MAX) && !strchr("._-", text[0]);
}

const struct form form_vm_name = {
	"a VM's name in the service: at most 63 letters, digits, '.', '_' and '-', beginning with a letter or digit",
	is_vm_name,
};
