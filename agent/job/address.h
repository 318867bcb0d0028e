/* IP addresses, alone or with a prefix length. */
#ifndef NEWROOT_JOB_ADDRESS_H
#define NEWROOT_JOB_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t byte[16]; /* network order */
	unsigned bits;    /* 32 or 128 */
	unsigned prefix;  /* `bits` when there was none */
};

bool address_parse_host(const char *text, struct address *address);   /* "10.0.0.5" */
bool address_parse_prefix(const char *text, struct address *address); /* "10.0.0.5/24" */

bool address_is_zero(const struct address *address);
bool address_is_link_local(const struct address *address); /* fe80::/10 */
/* One host of its network: neither the network's own address nor its broadcast. */
bool address_is_host(const struct address *address);
/* A network: no bits behind the prefix. */
bool address_is_network(const struct address *address);
bool address_same(const struct address *a, const struct address *b); /* whatever the prefix */
/* Is `host` in the network that `in` is in? */
bool address_in(const struct address *host, const struct address *in);
/* `networks` are addresses, with a prefix or without, as /quarantine/allow lists them. */
bool address_in_any(const struct address *host, const char *const *networks, size_t count);

#endif
