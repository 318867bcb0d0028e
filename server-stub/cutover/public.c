#include "cutover/public.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define LABEL_MAX       63

/* What is being read, for the place in errors. */
struct place {
	struct public_table *table;
	const struct vm *vm;
	size_t item;
	struct err *err;
};

static int refuse(const struct place *place, const char *key, const char *value, const char *what)
{
	char where[160];

	snprintf(where, sizeof(where), "%s: public[%zu]%s%s", place->vm->name, place->item,
		 key[0] ? "." : "", key);
	return err_set(place->err, ERR_SERVICE_PUBLIC, where, "%s%.80s%s%s", value ? "'" : "",
		       value ? value : "", value ? "' " : "", what);
}

static bool is_host_name(const char *name)
{
	if (strlen(name) > PUBLIC_NAME_MAX)
		return false;
	for (;;) {
		size_t label = strspn(name, NAME_CHARACTERS);

		if (!label || label > LABEL_MAX || name[0] == '-' || name[label - 1] == '-')
			return false;
		name += label;
		if (!*name)
			return true;
		if (*name++ != '.')
			return false;
	}
}

static int take_name(char *out, size_t i, const json_t *value, const struct place *place)
{
	const char *name = json_string_value(value);
	char key[40];

	if (name && is_host_name(name)) {
		for (; *name; name++)
			*out++ = (char)tolower((unsigned char)*name);
		*out = '\0';
		return 0;
	}
	snprintf(key, sizeof(key), "names[%zu]", i);
	return refuse(place, key, name,
		      "is no host name: labels of letters, digits, '-' and '_' between dots");
}

/* "" when it is absent. */
static int take_address(char address[ADDRESS_TEXT], const json_t *item, const char *key,
			const struct place *place)
{
	const json_t *value = json_object_get(item, key);
	const char *text = json_string_value(value);

	address[0] = '\0';
	if (!value || json_is_null(value) || (text && address_parse(address, text, NULL) == 0))
		return 0;
	return refuse(place, key, text, "is no address, such as 192.0.2.7 or 2001:db8::7");
}

bool public_is_v6(const char *address)
{
	return strchr(address, ':');
}

/* The VM's first final address of the old one's family; of any when there is no old one. */
static bool final_address(char address[ADDRESS_TEXT], const struct vm *vm, const char *old)
{
	const char *word = vm->finals;

	while (*word) {
		const size_t size = strcspn(word, " ");

		if (size && size < ADDRESS_TEXT) {
			memcpy(address, word, size);
			address[size] = '\0';
			if (!old[0] || public_is_v6(address) == public_is_v6(old))
				return true;
		}
		word += size + strspn(word + size, " ");
	}
	address[0] = '\0';
	return false;
}

static bool is_known(const struct public_table *table, const struct public_row *row)
{
	for (size_t i = 0; i < table->count; i++)
		if (!strcmp(table->row[i].name, row->name) &&
		    !strcmp(table->row[i].old, row->old) && !strcmp(table->row[i].new, row->new))
			return true;
	return false;
}

static int add_row(const struct public_row *row, const struct place *place)
{
	struct public_table *table = place->table;
	struct public_row *grown;

	if (is_known(table, row))
		return 0;
	grown = reallocarray(table->row, table->count + 1, sizeof(*grown));
	if (!grown)
		return err_set(place->err, ERR_MEMORY, place->vm->name, "no memory for its names");
	table->row = grown;
	grown[table->count++] = *row;
	return 0;
}

static int take_addresses(struct public_row *row, const json_t *item, const struct place *place)
{
	if (take_address(row->old, item, "old", place) < 0 ||
	    take_address(row->new, item, "new", place) < 0)
		return -1;
	if (!row->new[0] && !final_address(row->new, place->vm, row->old))
		return refuse(place, "new", NULL,
			      "is not told, and the VM has no final address of that family");
	return 0;
}

static int take_item(const json_t *item, const struct place *place)
{
	const json_t *names = json_object_get(item, "names"), *name;
	struct public_row row = {.name = ""};
	size_t i;

	snprintf(row.vm, sizeof(row.vm), "%s", place->vm->name);
	if (take_addresses(&row, item, place) < 0)
		return -1;
	if (names && !json_is_array(names))
		return refuse(place, "names", NULL, "must be an array of host names");
	if (!json_array_size(names))
		return add_row(&row, place);
	json_array_foreach(names, i, name) if (take_name(row.name, i, name, place) < 0 ||
					       add_row(&row, place) < 0) return -1;
	return 0;
}

int public_add(struct public_table *table, const struct vm *vm, const json_t *spec, struct err *err)
{
	const json_t *public = json_object_get(spec, "public"), *item;
	struct place place = {.table = table, .vm = vm, .err = err};
	size_t i;

	json_array_foreach(public, i, item)
	{
		place.item = i;
		if (!json_is_object(item))
			return refuse(&place, "", NULL, "must be an object");
		if (take_item(item, &place) < 0)
			return -1;
	}
	return 0;
}

void public_free(struct public_table *table)
{
	free(table->row);
	memset(table, 0, sizeof(*table));
}

bool public_moves(const struct public_table *table, size_t i)
{
	const struct public_row *row = &table->row[i];

	if (!row->old[0] || !strcmp(row->old, row->new))
		return false;
	while (i-- > 0)
		if (!strcmp(table->row[i].old, row->old))
			return false;
	return true;
}
