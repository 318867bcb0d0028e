#include "net/dhcp.h"

/* Named by its MAC: a declaration's name takes fewer characters than a VM's. */
void dhcpd_print_host(FILE *out, const struct dhcp_host *host)
{
	fprintf(out,
		"host vm-%c%c%c%c%c%c%c%c%c%c%c%c { hardware ethernet %s; fixed-address %s; } # "
		"%s\n",
		host->mac[0], host->mac[1], host->mac[3], host->mac[4], host->mac[6], host->mac[7],
		host->mac[9], host->mac[10], host->mac[12], host->mac[13], host->mac[15],
		host->mac[16], host->mac, host->address, host->name);
}
