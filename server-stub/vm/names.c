#include "vm/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "util/limits.h"

int name_check(const char *name, const char *what, struct err *err)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	if (!isalnum((unsigned char)name[0]) || name[len] || len > VM_NAME_MAX)
		return err_set(
			err, ERR_USAGE, what,
			"'%.80s' is not accepted: 1 to %d letters, digits, '.', '_' and '-', beginning with a letter or digit",
			name, VM_NAME_MAX);
	return 0;
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Six bytes from "52:54:00:12:34:56" or with '-'; false for anything else. */
static int mac_bytes(unsigned char byte[6], const char *text)
{
	if (strlen(text) != MAC_TEXT - 1)
		return 0;
	for (int i = 0; i < 6; i++, text += 3) {
		int high = hex_value(text[0]), low = hex_value(text[1]);

		if (high < 0 || low < 0)
			return 0;
		if (i < 5 && text[2] != ':' && text[2] != '-')
			return 0;
		byte[i] = (unsigned char)(high << 4 | low);
	}
	return 1;
}

int mac_parse(char mac[MAC_TEXT], const char *text, struct err *err)
{
	static const unsigned char zero[6];
	unsigned char b[6];

	if (!mac_bytes(b, text) || b[0] & 1 || !memcmp(b, zero, sizeof(zero)))
		return err_set(err, ERR_USAGE, "mac",
			       "'%.40s' is not the MAC of a NIC, such as 52:54:00:12:34:56", text);
	snprintf(mac, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	return 0;
}

static void format_v6(char address[ADDRESS_TEXT], const struct in6_addr *v6)
{
	if (IN6_IS_ADDR_V4MAPPED(v6))
		inet_ntop(AF_INET, v6->s6_addr + 12, address, ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, v6, address, ADDRESS_TEXT);
}

int address_parse(char address[ADDRESS_TEXT], const char *text, struct err *err)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		inet_ntop(AF_INET, &v4, address, ADDRESS_TEXT);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6) == 1) {
		format_v6(address, &v6);
		return 0;
	}
	return err_set(err, ERR_USAGE, "address",
		       "'%.80s' is not an address, such as 10.0.2.15 or fd00::15", text);
}

void address_prefix(char prefix[ADDRESS_TEXT], const char *address)
{
	struct in6_addr v6;

	snprintf(prefix, ADDRESS_TEXT, "%s", address);
	if (inet_pton(AF_INET6, address, &v6) != 1)
		return;
	memset(v6.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &v6, prefix, ADDRESS_TEXT);
}

void address_of_peer(char address[ADDRESS_TEXT], const struct sockaddr *peer)
{
	address[0] = '\0';
	if (peer && peer->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)peer)->sin_addr,
			  address, ADDRESS_TEXT);
	else if (peer && peer->sa_family == AF_INET6)
		format_v6(address, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr);
}
