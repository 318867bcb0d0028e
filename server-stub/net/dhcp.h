/*
 * What DHCP servers are told, in the data folder's net/: the addresses of the VMs for dnsmasq and for ISC
 * dhcpd, and, once the settings name the segment of configuration mode, a whole configuration of each.
 * Only IPv4: PXE of a BIOS has no other. Errors: ERR_IO, ERR_MEMORY.
 */
#ifndef SERVER_NET_DHCP_H
#define SERVER_NET_DHCP_H

#include <stddef.h>
#include <stdio.h>

#include "site/data.h"
#include "site/settings.h"
#include "util/limits.h"
#include "vm/names.h"

struct dhcp_host {
	char name[VM_NAME_MAX + 1];
	char mac[MAC_TEXT];
	char address[ADDRESS_TEXT]; /* "" or IPv6: it gets no line */
};

/* One file a server, one printer a file. */
void dnsmasq_print_host(FILE *out, const struct dhcp_host *host);
void dhcpd_print_host(FILE *out, const struct dhcp_host *host);

/* The files of all hosts. What became of dnsmasq's: FILE_SAME, FILE_CHANGED, FILE_MADE, or -1. */
int dhcp_write_hosts(const struct data *data, const struct dhcp_host *hosts, size_t count,
		     struct err *err);

/* dnsmasq reads its hosts again on SIGHUP. 1: told; 0: none of net/dnsmasq.pid runs; -1. */
int dnsmasq_reload(const struct data *data, struct err *err);

#endif
