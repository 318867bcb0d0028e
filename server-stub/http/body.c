#include "http/body.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const struct body_key *find_key(const struct body_key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static int take_value(const struct body_key *key, const json_t *value, struct err *err)
{
	if (!json_is_string(value))
		return err_set(err, ERR_SERVICE_BODY, key->name, "must be a string");
	if (json_string_length(value) >= key->size)
		return err_set(err, ERR_SERVICE_BODY, key->name,
			       "%zu bytes; at most %zu are accepted", json_string_length(value),
			       key->size - 1);
	memcpy(key->value, json_string_value(value), json_string_length(value) + 1);
	return 0;
}

static int take_all(json_t *root, const struct body_key *keys, size_t count, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(root, name, value)
	{
		const struct body_key *key = find_key(keys, count, name);

		if (!key)
			return err_set(err, ERR_SERVICE_BODY, name, "is not known here");
		if (take_value(key, value, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !keys[i].value[0])
			return err_set(err, ERR_SERVICE_BODY, keys[i].name, "is missing");
	return 0;
}

static int load(json_t **root, const char *body, size_t size, struct err *err)
{
	json_error_t error;
	char where[48];

	*root = size ? json_loadb(body, size, JSON_REJECT_DUPLICATES, &error) : json_object();
	if (json_is_object(*root))
		return 0;
	if (*root || !size)
		return err_set(err, ERR_SERVICE_BODY, "line 1 column 1", "must be an object");
	snprintf(where, sizeof(where), "line %d column %d", error.line, error.column);
	return err_set(err, ERR_SERVICE_BODY, where, "%s", error.text);
}

int body_parse(const char *body, size_t size, const struct body_key *keys, size_t count,
	       struct err *err)
{
	json_t *root;
	int ret;

	for (size_t i = 0; i < count; i++)
		keys[i].value[0] = '\0';
	ret = load(&root, body, size, err);
	if (ret == 0)
		ret = take_all(root, keys, count, err);
	json_decref(root);
	return ret;
}
