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

/* The segment of configuration mode, in the words of DHCP servers. */
struct dhcp_segment {
	const char *folder; /* the data folder's whole path */
	const char *interface, *address, *router, *url, *group;
	unsigned prefix;
	char network[ADDRESS_TEXT], netmask[ADDRESS_TEXT];
};

/* One file a server. */
void dnsmasq_print_host(FILE *out, const struct dhcp_host *host);
void dnsmasq_print_conf(FILE *out, const struct dhcp_segment *segment);
void dhcpd_print_host(FILE *out, const struct dhcp_host *host);
void dhcpd_print_conf(FILE *out, const struct dhcp_segment *segment);
void segment_print(FILE *out, const struct dhcp_segment *segment);

/* What a client boots, by what it says of itself. */
#define DHCP_BOOT_BIOS "pxelinux.0"
#define DHCP_BOOT_IPXE "ipxe/" DATA_IPXE_START
#define DHCP_BOOT_EFI  "grubx64.efi"

/* The whole configurations, if the settings name the segment. ERR_SERVICE_DATA for a folder that they can't name. */
int dhcp_write_conf(const struct data *data, const struct settings *settings, struct err *err);

/* The files of all hosts. What became of dnsmasq's: FILE_SAME, FILE_CHANGED, FILE_MADE, or -1. */
int dhcp_write_hosts(const struct data *data, const struct dhcp_host *hosts, size_t count,
		     struct err *err);

/* dnsmasq reads its hosts again on SIGHUP. 1: told; 0: none of net/dnsmasq.pid runs; -1. */
int dnsmasq_reload(const struct data *data, struct err *err);

#endif
