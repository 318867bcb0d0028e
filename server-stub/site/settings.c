#include "site/settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"

/* Quotes, variables and operators of iPXE's and GRUB's scripts. */
#define LOADER_CHARACTERS "'\"\\$&|"

int boot_parameters_check(const char *words, struct err *err)
{
	size_t len = strlen(words);

	if (len > BOOT_PARAMETERS_MAX)
		return err_set(err, ERR_USAGE, "parameters", "%zu bytes; at most %d are accepted",
			       len, BOOT_PARAMETERS_MAX);
	for (const char *p = words; *p; p++) {
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return err_set(err, ERR_USAGE, "parameters",
				       "byte %td is not printable ASCII", p - words);
		if (strchr(LOADER_CHARACTERS, *p))
			return err_set(
				err, ERR_USAGE, "parameters",
				"'%c' means something to a boot loader; none of %s is accepted", *p,
				LOADER_CHARACTERS);
	}
	return 0;
}

int settings_set_parameters(struct settings *settings, const char *words, struct err *err)
{
	if (boot_parameters_check(words, err) < 0)
		return -1;
	snprintf(settings->parameters, sizeof(settings->parameters), "%s", words);
	return 0;
}

static int is_host_name(const char *name)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	return isalnum((unsigned char)name[0]) && !name[len] && len < SETTINGS_NAME_TEXT;
}

int settings_add_name(struct settings *settings, const char *name, struct err *err)
{
	if (!is_host_name(name))
		return err_set(err, ERR_USAGE, "name", "'%.80s' is not a host name", name);
	if (settings->names == SETTINGS_NAMES_MAX)
		return err_set(err, ERR_USAGE, "name", "at most %d names are accepted",
			       SETTINGS_NAMES_MAX);
	snprintf(settings->name[settings->names++], SETTINGS_NAME_TEXT, "%s", name);
	return 0;
}

int settings_add_address(struct settings *settings, const char *address, struct err *err)
{
	if (settings->addresses == SETTINGS_NAMES_MAX)
		return err_set(err, ERR_USAGE, "address", "at most %d addresses are accepted",
			       SETTINGS_NAMES_MAX);
	if (address_parse(settings->address[settings->addresses], address, err) < 0)
		return -1;
	settings->addresses++;
	return 0;
}

int settings_set_url(struct settings *settings, const char *url, struct err *err)
{
	const char *host = url + strlen("https://");
	size_t len;

	if (strncmp(url, "https://", strlen("https://")) || strlen(url) >= sizeof(settings->url))
		return err_set(err, ERR_USAGE, "url", "'%.80s' is not https://NAME:PORT", url);
	len = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");
	if (len == 0 || host[len])
		return err_set(err, ERR_USAGE, "url",
			       "'%.80s' is not https://NAME:PORT without a path", url);
	snprintf(settings->url, sizeof(settings->url), "%s", url);
	return 0;
}

int settings_set_net_interface(struct settings *settings, const char *name, struct err *err)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	if (!isalnum((unsigned char)name[0]) || name[len] || len >= IF_NAMESIZE)
		return err_set(err, ERR_USAGE, "net-interface",
			       "'%.40s' is not an interface, such as br0 or eth1", name);
	snprintf(settings->net_interface, sizeof(settings->net_interface), "%s", name);
	return 0;
}

/* In the byte order of this machine; false for anything but IPv4. */
static bool parse_v4(uint32_t *value, const char *text)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, text, &v4) != 1)
		return false;
	*value = ntohl(v4.s_addr);
	return true;
}

static uint32_t host_bits(unsigned prefix)
{
	return (uint32_t)(UINT32_MAX >> prefix);
}

int settings_set_net_group(struct settings *settings, const char *name, struct err *err)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	if (!isalnum((unsigned char)name[0]) || name[len] || len >= SETTINGS_GROUP_TEXT)
		return err_set(err, ERR_USAGE, "net-group",
			       "'%.40s' is not a group's name, such as dnsmasq", name);
	snprintf(settings->net_group, sizeof(settings->net_group), "%s", name);
	return 0;
}

/* Neither a network's first address, which names it, nor its last, which is everybody's. */
static bool is_host(uint32_t address, unsigned prefix)
{
	uint32_t host = address & host_bits(prefix);

	return host != 0 && host != host_bits(prefix) && address >> 24 != 0 &&
	       address >> 24 != 127 && address >> 28 < 14;
}

int settings_set_net_address(struct settings *settings, const char *cidr, struct err *err)
{
	const char *slash = strchr(cidr, '/');
	char text[ADDRESS_TEXT], *end = NULL;
	unsigned long prefix = slash ? strtoul(slash + 1, &end, 10) : 0;
	uint32_t address;

	snprintf(text, sizeof(text), "%.*s", slash ? (int)(slash - cidr) : 0, cidr);
	if (!slash || !isdigit((unsigned char)slash[1]) || *end || prefix < NET_PREFIX_MIN ||
	    prefix > NET_PREFIX_MAX || !parse_v4(&address, text) ||
	    !is_host(address, (unsigned)prefix))
		return err_set(
			err, ERR_USAGE, "net-address",
			"'%.60s' is not this machine's IPv4 address with its network's length, such as 10.77.0.1/24 (%d to %d)",
			cidr, NET_PREFIX_MIN, NET_PREFIX_MAX);
	settings->net_prefix = (unsigned)prefix;
	return address_parse(settings->net_address, text, err);
}

int settings_set_net_router(struct settings *settings, const char *address, struct err *err)
{
	uint32_t value;

	if (!parse_v4(&value, address))
		return err_set(err, ERR_USAGE, "net-router",
			       "'%.60s' is not an IPv4 address, such as 10.77.0.254", address);
	return address_parse(settings->net_router, address, err);
}

bool settings_has_net(const struct settings *settings)
{
	return settings->net_address[0];
}

static bool in_segment(const struct settings *settings, const char *address)
{
	uint32_t value, own;

	return parse_v4(&value, address) && parse_v4(&own, settings->net_address) &&
	       (value ^ own) >> (32 - settings->net_prefix) == 0 &&
	       is_host(value, settings->net_prefix);
}

int settings_check_net(const struct settings *settings, struct err *err)
{
	if (!settings->net_interface[0] != !settings->net_address[0])
		return err_set(err, ERR_USAGE, "net",
			       "an interface and an address are told together, or neither");
	if (settings->net_router[0] && !in_segment(settings, settings->net_router))
		return err_set(err, ERR_USAGE, "net-router", "%s is no address of %s/%u",
			       settings->net_router,
			       settings->net_address[0] ? settings->net_address : "a segment",
			       settings->net_prefix);
	return 0;
}

int settings_check_vm_address(const struct settings *settings, const char *address, struct err *err)
{
	if (!settings_has_net(settings) || !address[0] || strchr(address, ':'))
		return 0;
	if (!in_segment(settings, address))
		return err_set(err, ERR_USAGE, "address",
			       "%s is no address of configuration mode, %s/%u", address,
			       settings->net_address, settings->net_prefix);
	if (!strcmp(address, settings->net_address) || !strcmp(address, settings->net_router))
		return err_set(err, ERR_USAGE, "address", "%s is the %s's own", address,
			       strcmp(address, settings->net_address) ? "router" : "service");
	return 0;
}

typedef int text_setter(struct settings *settings, const char *text, struct err *err);

static int take_text(struct settings *settings, const json_t *value, text_setter *set,
		     struct err *err)
{
	if (!json_is_string(value))
		return err_set(err, ERR_SERVICE_DATA, NULL, "must be a string");
	return set(settings, json_string_value(value), err);
}

static int take_list(struct settings *settings, const json_t *value, text_setter *add,
		     struct err *err)
{
	if (!json_is_array(value))
		return err_set(err, ERR_SERVICE_DATA, NULL, "must be a list of strings");
	for (size_t i = 0; i < json_array_size(value); i++)
		if (take_text(settings, json_array_get(value, i), add, err) < 0)
			return -1;
	return 0;
}

static const struct key {
	const char *name;
	int (*take)(struct settings *settings, const json_t *value, text_setter *set,
		    struct err *err);
	text_setter *set;
} keys[] = {
	{"url", take_text, settings_set_url},
	{"parameters", take_text, settings_set_parameters},
	{"names", take_list, settings_add_name},
	{"addresses", take_list, settings_add_address},
	{"net_interface", take_text, settings_set_net_interface},
	{"net_address", take_text, settings_set_net_address},
	{"net_router", take_text, settings_set_net_router},
	{"net_group", take_text, settings_set_net_group},
};

static int take_key(struct settings *settings, const char *name, const json_t *value,
		    struct err *err)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, name))
			return keys[i].take(settings, value, keys[i].set, err);
	return err_set(
		err, ERR_SERVICE_DATA, NULL,
		"is unknown; url, parameters, names, addresses, net_interface, net_address, net_router and net_group are accepted");
}

static int take_all(struct settings *settings, json_t *root, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(root, name, value)
	{
		if (take_key(settings, name, value, err) < 0) {
			err_prefix(err, "\"%.60s\"", name);
			snprintf(err->where, sizeof(err->where), "%s", DATA_SETTINGS);
			return -1;
		}
	}
	if (!settings->url[0])
		return err_set(err, ERR_SERVICE_DATA, DATA_SETTINGS, "\"url\" is missing");
	if (settings_check_net(settings, err) < 0) {
		snprintf(err->where, sizeof(err->where), "%s", DATA_SETTINGS);
		return -1;
	}
	return 0;
}

int settings_load(struct settings *settings, const struct data *data, struct err *err)
{
	json_error_t error;
	json_t *root;
	char *text;
	size_t size;
	int ret;

	memset(settings, 0, sizeof(*settings));
	if (file_read(data->root, DATA_SETTINGS, SMALL_FILE_MAX, &text, &size, err) < 0)
		return -1;
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	free(text);
	if (!json_is_object(root))
		ret = err_set(err, ERR_SERVICE_DATA, DATA_SETTINGS,
			      "line %d: is not a JSON object: %s", root ? 1 : error.line,
			      root ? "another type" : error.text);
	else
		ret = take_all(settings, root, err);
	json_decref(root);
	return ret;
}

/* What isn't set isn't written. */
static void put_net(json_t *root, const struct settings *settings)
{
	char cidr[ADDRESS_TEXT + 4];

	if (settings->net_group[0])
		json_object_set_new(root, "net_group", json_string(settings->net_group));
	if (!settings_has_net(settings))
		return;
	snprintf(cidr, sizeof(cidr), "%s/%u", settings->net_address, settings->net_prefix);
	json_object_set_new(root, "net_interface", json_string(settings->net_interface));
	json_object_set_new(root, "net_address", json_string(cidr));
	if (settings->net_router[0])
		json_object_set_new(root, "net_router", json_string(settings->net_router));
}

static json_t *settings_json(const struct settings *settings)
{
	json_t *names = json_array(), *addresses = json_array(), *root;

	for (size_t i = 0; i < settings->names; i++)
		json_array_append_new(names, json_string(settings->name[i]));
	for (size_t i = 0; i < settings->addresses; i++)
		json_array_append_new(addresses, json_string(settings->address[i]));
	root = json_pack("{s:s, s:s, s:o, s:o}", "url", settings->url, "parameters",
			 settings->parameters, "names", names, "addresses", addresses);
	if (root)
		put_net(root, settings);
	return root;
}

int settings_save(const struct settings *settings, const struct data *data, struct err *err)
{
	json_t *root = settings_json(settings);
	char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	char *lines = NULL;
	int size = text ? asprintf(&lines, "%s\n", text) : -1;
	int ret = size < 0 ? err_set(err, ERR_MEMORY, DATA_SETTINGS, "no memory")
			   : file_write(data->root, DATA_SETTINGS, lines, (size_t)size, 0644, err);

	json_decref(root);
	free(text);
	if (size >= 0)
		free(lines);
	return ret;
}
