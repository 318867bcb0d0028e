#include "target/first_boot_config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct arena *arena, const char *s)
{
	return s ? arena_strdup(arena, s) : NULL;
}

int first_boot_config_read(struct first_boot_config *config, const char *path, struct arena *arena,
			   struct err *err)
{
	struct first_boot_config c = {0};
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	int ret = -1;

	if (!root)
		return err_set(err, ERR_FIRST_BOOT, path,
			       "%s cannot be read as JSON: line %d, column %d: %s", path,
			       error.line, error.column, error.text);
	if (json_unpack_ex(root, &error, JSON_STRICT, "{s:s, s:s, s:s, s?s, s?s}", "service",
			   &c.service, "ca", &c.ca, "mac", &c.mac, "pin", &c.pin, "token",
			   &c.token)) {
		err_set(err, ERR_FIRST_BOOT, path,
			"%s must be an object of strings with the keys service, ca, mac and, if "
			"wanted, pin and token: %s",
			path, error.text);
		goto out;
	}
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

const char *first_boot_config_text(const struct first_boot_config *config, struct arena *arena)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "service", config->service, "ca",
				 config->ca, "mac", config->mac, "pin", config->pin, "token",
				 config->token);
	char *json = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
	const char *text = json ? arena_printf(arena, "%s\n", json) : NULL;

	free(json);
	json_decref(root);
	return text;
}
