#include "net/dhcp.h"

/* Named by its MAC: a declaration's name takes fewer characters than a VM's. */
void dhcpd_print_host(FILE *out, const struct dhcp_host *host)
{
	fprintf(out,
		"host vm-%c%c%c%c%c%c%c%c%c%c%c%c { hardware ethernet %s; fixed-address %s; } # %s\n",
		host->mac[0], host->mac[1], host->mac[3], host->mac[4], host->mac[6], host->mac[7],
		host->mac[9], host->mac[10], host->mac[12], host->mac[13], host->mac[15],
		host->mac[16], host->mac, host->address, host->name);
}

void dhcpd_print_conf(FILE *out, const struct dhcp_segment *segment)
{
	fprintf(out,
		"# Written by newroot-server, for ISC dhcpd on the segment of configuration mode. What is\n"
		"# changed here is lost; `newroot-server site` writes it from service.json. It is read when\n"
		"# dhcpd is started: start it again after VMs were added.\n"
		"option client-architecture code 93 = unsigned integer 16;\n"
		"option space ipxe;\n"
		"option ipxe-encapsulated code 175 = encapsulate ipxe;\n"
		"option ipxe.no-pxedhcp code 176 = unsigned integer 8;\n"
		"option ipxe.no-pxedhcp 1;\n"
		"default-lease-time %d;\nmax-lease-time %d;\n"
		"\nsubnet %s netmask %s {\n"
		"\tdeny unknown-clients;\n",
		NET_LEASE_SECONDS, NET_LEASE_SECONDS, segment->network, segment->netmask);
	if (segment->router[0])
		fprintf(out, "\toption routers %s;\n", segment->router);
	fprintf(out,
		"\tnext-server %s;\n"
		"\tif exists user-class and option user-class = \"iPXE\" {\n"
		"\t\tfilename \"" DHCP_BOOT_IPXE "\";\n"
		"\t} elsif option client-architecture = 7 or option client-architecture = 9 {\n"
		"\t\tfilename \"" DHCP_BOOT_EFI "\";\n"
		"\t} else {\n"
		"\t\tfilename \"" DHCP_BOOT_BIOS "\";\n"
		"\t}\n"
		"}\n"
		"\ninclude \"%s/net/" DATA_DHCPD_HOSTS "\";\n",
		segment->address, segment->folder);
}
