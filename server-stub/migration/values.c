#include "migration/values.h"

#include <string.h>

#include "job/quote.h"
#include "job/size.h"
#include "job/values.h"
#include "migration/forms.h"
#include "migration/migration.h"
#include "migration/pool.h"
#include "util/limits.h"

void read_document_version(struct reader *r, const struct value *v, void *to)
{
	static const char accepted[] = "1, the only version of migration documents there is";

	(void)to;
	if (!json_is_integer(v->json))
		refuse_type(r, v, accepted);
	else if (json_integer_value(v->json) != 1)
		refuse_value(r, v, accepted);
}

static void read_range(struct reader *r, const struct value *v, void *to,
		       const struct pool_kind *kind, const char *what)
{
	const char *accepted = arena_printf(
		r->arena, "\"FIRST-LAST\": %s, the first not above the last, %d in all at most",
		what, MIGRATION_POOL_MAX);
	struct migration_range range;

	if (!json_is_string(v->json))
		refuse_type(r, v, arena_printf(r->arena, "a string: %s", accepted));
	else if (!pool_parse(kind, json_string_value(v->json), &range))
		refuse_value(r, v, accepted);
	else
		*(struct migration_range *)to = range;
}

void read_mac_range(struct reader *r, const struct value *v, void *to)
{
	read_range(r, v, to, &pool_of_macs, "two MAC addresses of NICs");
}

void read_address_range(struct reader *r, const struct value *v, void *to)
{
	read_range(r, v, to, &pool_of_addresses, "two IPv4 addresses");
}

void read_mebibytes(struct reader *r, const struct value *v, void *to)
{
	char least[32], most[32];
	const char *accepted = arena_printf(
		r->arena, "whole mebibytes from %s to %s, such as \"512MiB\" or \"8GiB\"",
		size_text((uint64_t)v->field->min, least),
		size_text((uint64_t)v->field->max, most));
	uint64_t bytes;

	if (!json_is_string(v->json))
		refuse_type(r, v, arena_printf(r->arena, "a string: %s", accepted));
	else if (!size_parse_bytes(json_string_value(v->json), &bytes) || bytes % (1 << 20) ||
		 bytes < (uint64_t)v->field->min || bytes > (uint64_t)v->field->max)
		refuse_value(r, v, accepted);
	else
		memcpy(to, &bytes, sizeof(bytes));
}

void read_disk_sizes(struct reader *r, const struct value *v, void *to)
{
	const size_t n = json_array_size(v->json);
	struct migration_sizes sizes = {.count = n};

	if (!json_is_array(v->json) || n == 0 || n > MIGRATION_DISKS_MAX) {
		refuse_type(r, v,
			    arena_printf(r->arena, "a list of 1 to %d disks' sizes",
					 MIGRATION_DISKS_MAX));
		return;
	}
	sizes.item = arena_array(r->arena, n, sizeof(*sizes.item));
	for (size_t i = 0; i < n; i++) {
		struct value item = {
			.json = json_array_get(v->json, i),
			.path = arena_printf(r->arena, "%s/%zu", v->path, i),
			.field = v->field,
		};

		read_mebibytes(r, &item, &sizes.item[i]);
	}
	*(struct migration_sizes *)to = sizes;
}

static void read_package(struct reader *r, const struct object *object, const struct value *v,
			 const char *name, struct migration_package *package)
{
	if (!form_group_name.fits(name))
		reader_refuse(r, ERR_JOB_VALUE, v->path,
			      "\"%s\" is refused as a package's name; accepted is %s",
			      quote_key(r->arena, name), form_group_name.accepted);
	read_object_of(r, object, v, package);
	package->name = arena_strdup(r->arena, name);
	package->json = v->json;
}

void read_packages(struct reader *r, const struct value *v, void *to)
{
	const size_t n = json_object_size(v->json);
	struct migration *migration = to;
	const char *name;
	json_t *json;

	if (!json_is_object(v->json)) {
		refuse_type(r, v, "an object: packages of defaults by their names");
		return;
	}
	if (n > MIGRATION_PACKAGES_MAX) {
		reader_refuse(r, ERR_JOB_LIMIT, v->path,
			      "%zu packages are refused; accepted are at most %d", n,
			      MIGRATION_PACKAGES_MAX);
		return;
	}
	migration->packages = arena_array(r->arena, n + 1, sizeof(*migration->packages));
	/* jansson iterates over a const object only by a cast; nothing is changed. */
	json_object_foreach((json_t *)v->json, name, json)
	{
		struct value package = {.json = json, .path = path_to(r, v->path, name)};

		read_package(r, v->field->object, &package, name,
			     &migration->packages[migration->package_count++]);
	}
}

void read_hash(struct reader *r, const struct value *v, void *to)
{
	struct job_source source = {0};

	(void)to;
	read_sha256(r, v, &source);
}

void read_truth(struct reader *r, const struct value *v, void *to)
{
	bool truth;

	(void)to;
	read_bool(r, v, &truth);
}

void read_unused_list(struct reader *r, const struct value *v, void *to)
{
	struct strings strings = {0};

	(void)to;
	read_texts(r, v, &strings);
}

void read_unused_size(struct reader *r, const struct value *v, void *to)
{
	struct job_size size;

	(void)to;
	read_size(r, v, &size);
}

void read_any_object(struct reader *r, const struct value *v, void *to)
{
	(void)to;
	if (!json_is_object(v->json))
		refuse_type(r, v, "an object: keys of a job (docs/job.md)");
}
