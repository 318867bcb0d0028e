#include "vm/secrets_in.h"

#include <string.h>

/* A "key" may be anything's; a private one says what it is. */
static bool is_secret(const char *name, const json_t *value)
{
	static const char private_key[] = "-----BEGIN ";
	const char *text = json_string_value(value);

	if (!text || !*text)
		return false;
	return !strcmp(name, "password") ||
	       (!strcmp(name, "key") && !strncmp(text, private_key, strlen(private_key)));
}

bool secrets_remove(json_t *json)
{
	const char *name;
	json_t *member;
	bool any = false;
	size_t i;

	json_object_foreach(json, name, member)
	{
		if (is_secret(name, member))
			any |= json_string_set(member, "") == 0;
		else
			any |= secrets_remove(member);
	}
	json_array_foreach(json, i, member)
	{
		any |= secrets_remove(member);
	}
	return any;
}

int secrets_remove_text(const char *text, char **clean, struct err *err)
{
	json_t *json = json_loads(text, 0, NULL);
	bool failed = !json;

	*clean = NULL;
	if (json && secrets_remove(json)) {
		*clean = json_dumps(json, JSON_INDENT(2));
		failed = !*clean;
	}
	json_decref(json);
	return failed ? err_set(err, ERR_MEMORY, "job", "no memory to remove its secrets") : 0;
}
