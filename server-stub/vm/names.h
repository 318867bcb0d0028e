/*
 * Names, MACs and addresses in their one canonical form, so that comparing is strcmp. Every parser
 * returns 0, or -1 with ERR_USAGE that quotes the value and says what is accepted.
 */
#ifndef SERVER_VM_NAMES_H
#define SERVER_VM_NAMES_H

#include <sys/socket.h>

#include "base/err.h"

#define MAC_TEXT     18 /* "52:54:00:12:34:56" */
#define ADDRESS_TEXT 46 /* INET6_ADDRSTRLEN */

/* A VM's or group's name: letters, digits, '.', '_' and '-', beginning with a letter or digit. */
int name_check(const char *name, const char *what, struct err *err);

/* Six bytes in hex, separated by ':' or '-', of one NIC (not multicast, not all zero). */
int mac_parse(char mac[MAC_TEXT], const char *text, struct err *err);

/* IPv4 or IPv6; an IPv4-mapped IPv6 address becomes IPv4. */
int address_parse(char address[ADDRESS_TEXT], const char *text, struct err *err);

/* What addresses of one holder have in common: of IPv6 the first 64 bits, as text; IPv4 as it is. */
void address_prefix(char prefix[ADDRESS_TEXT], const char *address);
/* The peer's address in the same form; "" for anything but IPv4 and IPv6. */
void address_of_peer(char address[ADDRESS_TEXT], const struct sockaddr *peer);

#endif
