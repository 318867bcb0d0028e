#include "http/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const char *text, struct err *err)
{
	return err_set(err, ERR_USAGE, "listen",
		       "'%.80s' is not ADDR:PORT, such as 10.0.0.1:8443 or [::]:8443", text);
}

static int port_of(const char *text, in_port_t *port)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || text[0] < '0' || text[0] > '9' || value > 65535)
		return -1;
	*port = htons((in_port_t)value);
	return 0;
}

int listen_parse(struct sockaddr_storage *address, const char *text, struct err *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)address;
	const char *colon = strrchr(text, ':');
	const size_t len = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN];

	memset(address, 0, sizeof(*address));
	if (len == 0 || len >= sizeof(host))
		return refuse(text, err);
	if (text[0] == '[' && colon[-1] == ']') {
		snprintf(host, sizeof(host), "%.*s", (int)len - 2, text + 1);
		v6->sin6_family = AF_INET6;
		if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 &&
		    port_of(colon + 1, &v6->sin6_port) == 0)
			return 0;
		return refuse(text, err);
	}
	snprintf(host, sizeof(host), "%.*s", (int)len, text);
	v4->sin_family = AF_INET;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1 && port_of(colon + 1, &v4->sin_port) == 0)
		return 0;
	return refuse(text, err);
}

unsigned listen_port(const struct sockaddr_storage *address)
{
	/* Where IPv4 has it, IPv6 has it, too. */
	return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
}

void listen_text(char out[LISTEN_TEXT], const struct sockaddr_storage *address, unsigned port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
	char host[INET6_ADDRSTRLEN] = "?";

	if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(out, LISTEN_TEXT, "[%s]:%u", host, port);
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(out, LISTEN_TEXT, "%s:%u", host, port);
	}
}
