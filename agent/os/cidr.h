/* IP addresses as jobs write them ("10.0.0.5/24", "fd00::5/64") and as dialects need them. */
#ifndef NEWROOT_OS_CIDR_H
#define NEWROOT_OS_CIDR_H

#include <netinet/in.h>
#include <stdbool.h>

#include "base/err.h"

struct cidr {
	bool v6;
	unsigned prefix;               /* bits */
	char host[INET6_ADDRSTRLEN];   /* "10.0.0.5" */
	char netmask[INET_ADDRSTRLEN]; /* "255.255.255.0"; "" for IPv6 */
};

/* Errors: ERR_CONFIGURE. */
int cidr_parse(struct cidr *address, const char *cidr, struct err *err);

/* Of an address, with or without a prefix. */
bool cidr_is_v6(const char *text);
/* fe80::/10: of no use without the name of an interface. `text` has no prefix. */
bool cidr_is_link_local(const char *text);

#endif
