#include "net/dhcp.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"

static const struct {
	const char *name, *about;
	void (*print)(FILE *out, const struct dhcp_host *host);
} host_files[] = {
	{DATA_DHCPD_HOSTS, "to be included by ISC dhcpd; it reads this when it is started",
	 dhcpd_print_host},
	/* The last: what became of it is told. */
	{DATA_DHCP_HOSTS, "for dnsmasq's dhcp-hostsfile; it reads this again on SIGHUP",
	 dnsmasq_print_host},
};

static const struct {
	const char *name;
	void (*print)(FILE *out, const struct dhcp_segment *segment);
} conf_files[] = {
	{DATA_DHCPD, dhcpd_print_conf},
	{DATA_DNSMASQ, dnsmasq_print_conf},
	{DATA_SEGMENT, segment_print},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A file that is being written in memory. */
struct text {
	const char *name;
	FILE *out;
	char *data;
	size_t size;
};

static int text_open(struct text *text, const char *name, struct err *err)
{
	*text = (struct text){.name = name};
	text->out = open_memstream(&text->data, &text->size);
	return text->out ? 0 : err_set(err, ERR_MEMORY, name, "no memory for it");
}

/* FILE_SAME, FILE_CHANGED, FILE_MADE or -1. */
static int text_close(struct text *text, int dir, struct err *err)
{
	int ret;

	if (fclose(text->out) != 0)
		ret = err_set(err, ERR_MEMORY, text->name, "no memory for it");
	else
		ret = file_update(dir, text->name, text->data, text->size, 0644, err);
	free(text->data);
	return ret;
}

int dhcp_write_hosts(const struct data *data, const struct dhcp_host *hosts, size_t count,
		     struct err *err)
{
	int ret = 0;

	for (size_t i = 0; ret >= 0 && i < COUNT(host_files); i++) {
		struct text text;

		if (text_open(&text, host_files[i].name, err) < 0)
			return -1;
		fprintf(text.out, "# Written by newroot-server, %s.\n", host_files[i].about);
		for (size_t j = 0; j < count; j++)
			if (hosts[j].address[0] && !strchr(hosts[j].address, ':'))
				host_files[i].print(text.out, &hosts[j]);
		ret = text_close(&text, data->net, err);
	}
	return ret;
}

/* The folder's path stands unquoted in both configurations. */
static char *plain_path(const struct data *data, struct err *err)
{
	char *path = realpath(data->path, NULL);

	if (!path) {
		err_sys(err, ERR_SERVICE_DATA, data->path, "can't find its whole path");
		return NULL;
	}
	if (path[strspn(path,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+@-")]) {
		err_set(err, ERR_SERVICE_DATA, path,
			"DHCP servers can't be told this path; only letters, digits and ._+@- are accepted");
		free(path);
		return NULL;
	}
	return path;
}

static void v4_text(char text[ADDRESS_TEXT], uint32_t value)
{
	struct in_addr v4 = {.s_addr = htonl(value)};

	inet_ntop(AF_INET, &v4, text, ADDRESS_TEXT);
}

static void fill_segment(struct dhcp_segment *segment, const struct settings *settings)
{
	uint32_t mask = UINT32_MAX << (32 - settings->net_prefix);
	struct in_addr own = {0};

	inet_pton(AF_INET, settings->net_address, &own);
	segment->interface = settings->net_interface;
	segment->address = settings->net_address;
	segment->router = settings->net_router;
	segment->url = settings->url;
	segment->group = settings->net_group;
	segment->prefix = settings->net_prefix;
	v4_text(segment->netmask, mask);
	v4_text(segment->network, ntohl(own.s_addr) & mask);
}

int dhcp_write_conf(const struct data *data, const struct settings *settings, struct err *err)
{
	struct dhcp_segment segment;
	char *path;
	int ret = 0;

	if (!settings_has_net(settings))
		return 0;
	path = plain_path(data, err);
	if (!path)
		return -1;
	segment.folder = path;
	fill_segment(&segment, settings);
	for (size_t i = 0; ret >= 0 && i < COUNT(conf_files); i++) {
		struct text text;

		ret = text_open(&text, conf_files[i].name, err);
		if (ret == 0) {
			conf_files[i].print(text.out, &segment);
			ret = text_close(&text, data->net, err);
		}
	}
	free(path);
	return ret < 0 ? -1 : 0;
}
