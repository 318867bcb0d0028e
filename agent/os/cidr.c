#include "os/cidr.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void set_netmask(struct cidr *address)
{
	uint64_t ones = ((uint64_t)1 << 32) - ((uint64_t)1 << (32 - address->prefix));
	struct in_addr mask = {.s_addr = htonl((uint32_t)ones)};

	inet_ntop(AF_INET, &mask, address->netmask, sizeof(address->netmask));
}

int cidr_parse(struct cidr *address, const char *cidr, struct err *err)
{
	unsigned char binary[sizeof(struct in6_addr)];
	size_t host_size = strcspn(cidr, "/");
	char *end = NULL;
	unsigned long prefix = 0;

	*address = (struct cidr){.v6 = cidr_is_v6(cidr)};
	if (cidr[host_size] == '/')
		prefix = strtoul(cidr + host_size + 1, &end, 10);
	if (host_size < sizeof(address->host))
		memcpy(address->host, cidr, host_size);
	if (!end || end == cidr + host_size + 1 || *end || prefix > (address->v6 ? 128 : 32) ||
	    inet_pton(address->v6 ? AF_INET6 : AF_INET, address->host, binary) != 1)
		return err_set(
			err, ERR_CONFIGURE, NULL,
			"\"%s\" is not an address with its prefix, such as 10.0.0.5/24 or fd00::5/64",
			cidr);
	address->prefix = (unsigned)prefix;
	if (!address->v6)
		set_netmask(address);
	return 0;
}

bool cidr_is_v6(const char *text)
{
	return strchr(text, ':') != NULL;
}

bool cidr_is_link_local(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, text, &address) == 1 && IN6_IS_ADDR_LINKLOCAL(&address);
}
