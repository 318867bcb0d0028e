#include "job/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

bool address_parse_host(const char *text, struct address *address)
{
	*address = (struct address){0};
	if (inet_pton(AF_INET, text, address->byte) == 1)
		address->bits = 32;
	else if (inet_pton(AF_INET6, text, address->byte) == 1)
		address->bits = 128;
	address->prefix = address->bits;
	return address->bits > 0;
}

bool address_parse_prefix(const char *text, struct address *address)
{
	char host[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	const char *prefix = text + len + 1;
	size_t digits;

	if (!text[len] || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	digits = strspn(prefix, "0123456789");
	if (digits < 1 || digits > 3 || prefix[digits] || (digits > 1 && prefix[0] == '0'))
		return false;
	if (!address_parse_host(host, address))
		return false;
	address->prefix = (unsigned)atoi(prefix);
	return address->prefix <= address->bits;
}

static bool bit(const struct address *address, unsigned i)
{
	return address->byte[i / 8] >> (7 - i % 8) & 1;
}

/* Are all bits from `first` on `value`? */
static bool bits_from(const struct address *address, unsigned first, bool value)
{
	for (unsigned i = first; i < address->bits; i++)
		if (bit(address, i) != value)
			return false;
	return true;
}

bool address_is_zero(const struct address *address)
{
	return bits_from(address, 0, false);
}

bool address_is_link_local(const struct address *address)
{
	return address->bits == 128 && address->byte[0] == 0xfe &&
	       (address->byte[1] & 0xc0) == 0x80;
}

bool address_is_network(const struct address *address)
{
	return bits_from(address, address->prefix, false);
}

bool address_is_host(const struct address *address)
{
	unsigned host_bits = address->bits - address->prefix;

	if (address->prefix == 0 || address_is_zero(address))
		return false;
	/* RFC 3021 and RFC 6164: in the smallest networks every address is a host's. */
	if (host_bits <= 1)
		return true;
	return !address_is_network(address) &&
	       (address->bits == 128 || !bits_from(address, address->prefix, true));
}

bool address_same(const struct address *a, const struct address *b)
{
	return a->bits == b->bits && !memcmp(a->byte, b->byte, sizeof(a->byte));
}

bool address_in(const struct address *host, const struct address *in)
{
	if (host->bits != in->bits)
		return false;
	for (unsigned i = 0; i < in->prefix; i++)
		if (bit(host, i) != bit(in, i))
			return false;
	return true;
}

bool address_in_any(const struct address *host, const char *const *networks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct address network;

		if ((address_parse_host(networks[i], &network) ||
		     address_parse_prefix(networks[i], &network)) &&
		    address_in(host, &network))
			return true;
	}
	return false;
}
