#include "target/first_boot_config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct arena *arena, const char *s)
{
	return s ? arena_strdup(arena, s) : NULL;
}

/* NULL: none. */
static int read_after(struct strings *after, const json_t *names, const char *path,
		      struct arena *arena, struct err *err)
{
	const json_t *name;
	size_t i;

	if (names && !json_is_array(names))
		return err_set(err, ERR_FIRST_BOOT, path, "%s: \"after\" must be a list", path);
	*after = (struct strings){
		.item = arena_array(arena, json_array_size(names) + 1, sizeof(*after->item)),
		.count = json_array_size(names),
	};
	json_array_foreach(names, i, name)
	{
		if (!json_is_string(name))
			return err_set(err, ERR_FIRST_BOOT, path,
				       "%s: \"after\" must be a list of names", path);
		after->item[i] = arena_strdup(arena, json_string_value(name));
	}
	return 0;
}

int first_boot_config_read(struct first_boot_config *config, const char *path, struct arena *arena,
			   struct err *err)
{
	struct first_boot_config c = {0};
	const json_t *after = NULL;
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	int ret = -1;

	if (!root)
		return err_set(err, ERR_FIRST_BOOT, path,
			       "%s cannot be read as JSON: line %d, column %d: %s", path,
			       error.line, error.column, error.text);
	if (json_unpack_ex(root, &error, JSON_STRICT, "{s:s, s:s, s:s, s?s, s?s, s?o}", "service",
			   &c.service, "ca", &c.ca, "mac", &c.mac, "pin", &c.pin, "token", &c.token,
			   "after", &after)) {
		err_set(err, ERR_FIRST_BOOT, path,
			"%s must be an object of strings with the keys service, ca, mac and, if "
			"wanted, pin, token and the list after: %s",
			path, error.text);
		goto out;
	}
	if (read_after(&config->after, after, path, arena, err))
		goto out;
	config->service = keep(arena, c.service);
	config->ca = keep(arena, c.ca);
	config->mac = keep(arena, c.mac);
	config->pin = keep(arena, c.pin);
	config->token = keep(arena, c.token);
	ret = 0;
out:
	json_decref(root);
	return ret;
}

/* NULL, as json_pack() leaves it out, when there are none. */
static json_t *list(const struct strings *strings)
{
	json_t *array = strings->count ? json_array() : NULL;

	for (size_t i = 0; i < strings->count; i++)
		json_array_append_new(array, json_string(strings->item[i]));
	return array;
}

const char *first_boot_config_text(const struct first_boot_config *config, struct arena *arena)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:o*}", "service", config->service,
				 "ca", config->ca, "mac", config->mac, "pin", config->pin, "token",
				 config->token, "after", list(&config->after));
	char *json = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
	const char *text = json ? arena_printf(arena, "%s\n", json) : NULL;

	free(json);
	json_decref(root);
	return text;
}
