#include "net/dhcp.h"

#include <string.h>

/* After the name or the address in brackets; without one, what https means. */
static const char *port_of(const char *url)
{
	const char *bracket = strchr(url, ']');
	const char *colon = strchr(bracket ? bracket : url + strlen("https://"), ':');

	return colon ? colon + 1 : "443";
}

void segment_print(FILE *out, const struct dhcp_segment *segment)
{
	fprintf(out,
		"# Written by newroot-server, for net-up.\n"
		"interface=%s\naddress=%s/%u\nlisten=%s:%s\n",
		segment->interface, segment->address, segment->prefix, segment->address,
		port_of(segment->url));
}
