#include <stdio.h>
#include <string.h>

#include "facts/facts.h"

/* Those that are numbers, by their keys. */
#define NUMBERS(N) N(memory) N(unpacked) N(entries) N(inodes) N(xattr)

static const char *const compressions[] = {"none", "gzip", "bzip2", "xz", "zstd"};

static json_t *names_json(const struct facts_names *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->item[i]));
	return list;
}

static json_t *kernels_json(const struct facts *facts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < facts->kernel_count; i++)
		json_array_append_new(list, json_string(facts->kernel[i]));
	return list;
}

/* By the bits of enum manager_sign. */
static const char *const signs[MANAGER_SIGNS] = {"unit",     "script",   "job",   "wanted",
						 "runlevel", "instance", "masked"};

static json_t *signs_json(unsigned of)
{
	json_t *list = json_array();

	for (size_t i = 0; i < MANAGER_SIGNS; i++)
		if (of & 1U << i)
			json_array_append_new(list, json_string(signs[i]));
	return list;
}

/* {"systemd": true, "services": {"connman": ["unit", "wanted"]}, "needs": ["/etc/network/."]} */
static json_t *managers_json(const struct manager_signs *managers)
{
	json_t *services = json_object(), *needs = json_array();

	for (size_t i = 0; i < sizeof(managers->services) / sizeof(*managers->services); i++)
		if (managers->services[i])
			json_object_set_new(services, manager_sign_service(i),
					    signs_json(managers->services[i]));
	for (size_t i = 0; i < MANAGERS; i++)
		if (managers->needs[i])
			json_array_append_new(needs, json_string(network_managers[i].needs));
	return json_pack("{s:b, s:o, s:o}", "systemd", managers->systemd, "services", services,
			 "needs", needs);
}

static int add_contents(const struct facts *facts, json_t *object)
{
	int ret = 0;

#define ADD(key) ret |= json_object_set_new(object, #key, json_integer((json_int_t)facts->key));
	NUMBERS(ADD)
#undef ADD
	for (int kind = 0; kind < FACTS_KINDS; kind++)
		ret |= json_object_set_new(object, facts_kind_key((enum facts_kind)kind),
					   names_json(&facts->names[kind]));
	if (facts->managers_known)
		ret |= json_object_set_new(object, "managers", managers_json(&facts->managers));
	if (facts->default_known)
		ret |= json_object_set_new(object, "default_kernel",
					   json_string(facts->default_kernel));
	return ret | json_object_set_new(object, "kernels", kernels_json(facts));
}

static int add_error(const struct facts *facts, json_t *object)
{
	return facts->whole
		       ? 0
		       : json_object_set_new(object, "error",
					     json_pack("{s:s, s:s}", "code", err_name(facts->code),
						       "message", facts->error));
}

json_t *facts_json(const struct facts *facts)
{
	json_t *object =
		json_pack("{s:i, s:b, s:s, s:s*}", "version", FACTS_VERSION, "whole", facts->whole,
			  "format", facts->format, "compression", facts->compression);

	if (object && add_error(facts, object) == 0 && add_contents(facts, object) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static void read_names(struct facts *facts, enum facts_kind kind, const json_t *list)
{
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);
		const char *name = text ? facts_known(kind, text) : NULL;

		if (name)
			facts_add(facts, kind, name);
	}
}

static void read_kernels(struct facts *facts, const json_t *list)
{
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item)
	{
		const char *release = json_string_value(item);

		if (release && facts->kernel_count < FACTS_KERNELS_MAX)
			snprintf(facts->kernel[facts->kernel_count++], FACTS_RELEASE_MAX, "%s",
				 release);
	}
}

static unsigned read_signs(const json_t *list)
{
	unsigned found = 0;
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);

		for (size_t s = 0; text && s < MANAGER_SIGNS; s++)
			if (!strcmp(signs[s], text))
				found |= 1U << s;
	}
	return found;
}

static void read_needs(struct manager_signs *managers, const json_t *list)
{
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);

		for (size_t m = 0; text && m < MANAGERS; m++)
			managers->needs[m] |= network_managers[m].needs &&
					      !strcmp(network_managers[m].needs, text);
	}
}

static void read_managers(struct facts *facts, const json_t *object)
{
	struct manager_signs *managers = &facts->managers;
	const json_t *services = json_object_get(object, "services");

	facts->managers_known = json_is_object(object);
	managers->systemd = json_is_true(json_object_get(object, "systemd"));
	for (size_t i = 0; i < sizeof(managers->services) / sizeof(*managers->services); i++) {
		const char *name = manager_sign_service(i);

		if (name && manager_sign_place(name, strlen(name)) == (int)i)
			managers->services[i] = read_signs(json_object_get(services, name));
	}
	read_needs(managers, json_object_get(object, "needs"));
}

static uint64_t read_number(const json_t *object, const char *key)
{
	const json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

static void read_text(char *out, size_t size, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(out, size, "%s", text ? text : "");
}

static const char *read_compression(const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "compression"));

	for (size_t i = 0; text && i < sizeof(compressions) / sizeof(*compressions); i++)
		if (!strcmp(compressions[i], text))
			return compressions[i];
	return NULL;
}

static void read_error(struct facts *facts, const json_t *error)
{
	const char *code = json_string_value(json_object_get(error, "code"));

	facts->code = code ? err_by_name(code) : ERR_NONE;
	if (!facts->whole && !facts->code)
		facts->code = ERR_ARCHIVE_FORMAT;
	read_text(facts->error, sizeof(facts->error), error, "message");
}

bool facts_current(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	const bool current =
		json_integer_value(json_object_get(object, "version")) >= FACTS_VERSION;

	json_decref(object);
	return current;
}

int facts_parse(struct facts *facts, const char *text, size_t size, struct err *err)
{
	json_t *object = size <= FACTS_BYTES_MAX ? json_loadb(text, size, 0, NULL) : NULL;

	memset(facts, 0, sizeof(*facts));
	if (!json_is_object(object)) {
		json_decref(object);
		return err_set(err, ERR_SERVICE_ANSWER, NULL,
			       "the facts of an archive are no JSON object of at most %d bytes",
			       FACTS_BYTES_MAX);
	}
	facts->whole = json_is_true(json_object_get(object, "whole"));
	facts->compression = read_compression(object);
	read_text(facts->format, sizeof(facts->format), object, "format");
#define READ(key) facts->key = read_number(object, #key);
	NUMBERS(READ)
#undef READ
	for (int kind = 0; kind < FACTS_KINDS; kind++)
		read_names(facts, (enum facts_kind)kind,
			   json_object_get(object, facts_kind_key((enum facts_kind)kind)));
	read_kernels(facts, json_object_get(object, "kernels"));
	facts->default_known = json_is_string(json_object_get(object, "default_kernel"));
	read_text(facts->default_kernel, sizeof(facts->default_kernel), object, "default_kernel");
	read_managers(facts, json_object_get(object, "managers"));
	read_error(facts, json_object_get(object, "error"));
	json_decref(object);
	return 0;
}
