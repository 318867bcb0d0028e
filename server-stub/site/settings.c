#include "site/settings.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"

int boot_parameters_check(const char *words, struct err *err)
{
	size_t len = strlen(words);

	if (len > BOOT_PARAMETERS_MAX)
		return err_set(err, ERR_USAGE, "parameters", "%zu bytes; at most %d are accepted",
			       len, BOOT_PARAMETERS_MAX);
	for (const char *p = words; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return err_set(err, ERR_USAGE, "parameters",
				       "byte %td is not printable ASCII", p - words);
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
};

static int take_key(struct settings *settings, const char *name, const json_t *value,
		    struct err *err)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, name))
			return keys[i].take(settings, value, keys[i].set, err);
	return err_set(err, ERR_SERVICE_DATA, NULL,
		       "is unknown; url, parameters, names and addresses are accepted");
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

static json_t *settings_json(const struct settings *settings)
{
	json_t *names = json_array(), *addresses = json_array();

	for (size_t i = 0; i < settings->names; i++)
		json_array_append_new(names, json_string(settings->name[i]));
	for (size_t i = 0; i < settings->addresses; i++)
		json_array_append_new(addresses, json_string(settings->address[i]));
	return json_pack("{s:s, s:s, s:o, s:o}", "url", settings->url, "parameters",
			 settings->parameters, "names", names, "addresses", addresses);
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
