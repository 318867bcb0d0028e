#include "net/dhcp.h"

#include <stdlib.h>
#include <string.h>

#include "util/file.h"

static const struct {
	const char *file;
	const char *about;
	void (*print)(FILE *out, const struct dhcp_host *host);
} files[] = {
	{DATA_DHCP_HOSTS, "for dnsmasq's dhcp-hostsfile; it reads this again on SIGHUP",
	 dnsmasq_print_host},
	{DATA_DHCPD_HOSTS, "to be included by ISC dhcpd; it reads this when it is started",
	 dhcpd_print_host},
};

static int write_file(const struct data *data, size_t which, const struct dhcp_host *hosts,
		      size_t count, struct err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return err_set(err, ERR_MEMORY, files[which].file, "no memory for it");
	fprintf(out, "# Written by newroot-server, %s.\n", files[which].about);
	for (size_t i = 0; i < count; i++)
		if (hosts[i].address[0] && !strchr(hosts[i].address, ':'))
			files[which].print(out, &hosts[i]);
	if (fclose(out) != 0)
		ret = err_set(err, ERR_MEMORY, files[which].file, "no memory for it");
	else
		ret = file_update(data->net, files[which].file, text, size, 0644, err);
	free(text);
	return ret;
}

int dhcp_write_hosts(const struct data *data, const struct dhcp_host *hosts, size_t count,
		     struct err *err)
{
	if (write_file(data, 1, hosts, count, err) < 0)
		return -1;
	return write_file(data, 0, hosts, count, err);
}
