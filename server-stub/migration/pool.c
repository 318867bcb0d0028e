#include "migration/pool.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/form.h"
#include "util/limits.h"

static uint64_t mac_number(const char *text)
{
	uint64_t number = 0;

	if (!form_mac.fits(text))
		return 0;
	for (int i = 0; i < 6; i++)
		number = number << 8 | strtoul(text + 3 * i, NULL, 16);
	return number;
}

static void mac_text(char out[ADDRESS_TEXT], uint64_t number)
{
	unsigned b[6];

	for (int i = 5; i >= 0; i--, number >>= 8)
		b[i] = number & 0xff;
	snprintf(out, ADDRESS_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
}

static uint64_t address_number(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ? ntohl(address.s_addr) : 0;
}

static void address_text(char out[ADDRESS_TEXT], uint64_t number)
{
	const struct in_addr address = {htonl((uint32_t)number)};

	inet_ntop(AF_INET, &address, out, ADDRESS_TEXT);
}

const struct pool_kind pool_of_macs = {mac_number, mac_text};
const struct pool_kind pool_of_addresses = {address_number, address_text};

bool pool_parse(const struct pool_kind *kind, const char *text, struct migration_range *range)
{
	const char *dash = strchr(text, '-');
	char first[ADDRESS_TEXT];
	size_t size = dash ? (size_t)(dash - text) : 0;

	if (size == 0 || size >= sizeof(first))
		return false;
	memcpy(first, text, size);
	first[size] = '\0';
	range->first = kind->number(first);
	range->last = kind->number(dash + 1);
	return range->first && range->last >= range->first &&
	       range->last - range->first < MIGRATION_POOL_MAX;
}

bool pool_has(const struct pool_kind *kind, const struct migration_range *range, const char *text)
{
	const uint64_t number = kind->number(text);

	return number && number >= range->first && number <= range->last;
}
