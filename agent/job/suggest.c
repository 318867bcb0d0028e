#include "job/suggest.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "job/reader.h"

#define KEY_MAX 32 /* longer than any key: longer words are near to none */
#define NEAR    2  /* two slips of the finger (one in the shortest keys); more would be a guess */

/* Other programs' words for our keys. */
static const struct {
	const char *theirs, *ours;
} synonyms[] = {
	{"checksum", "sha256"}, {"dns", "nameservers"}, {"filesystem", "fs"},
	{"hash", "sha256"},     {"image", "url"},       {"ip", "addresses"},
	{"path", "device"},     {"target", "to"},       {"type", "fs"},
	{"uri", "url"},         {"user", "owner"},      {"permissions", "mode"},
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Damerau-Levenshtein (restricted): insertions, deletions, replacements, neighbours swapped. */
static size_t distance(const char *a, const char *b)
{
	size_t rows = strlen(a), cols = strlen(b);
	size_t d[KEY_MAX + 1][KEY_MAX + 1];

	if (rows > KEY_MAX || cols > KEY_MAX)
		return KEY_MAX;
	for (size_t i = 0; i <= rows; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= cols; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= rows; i++) {
		for (size_t j = 1; j <= cols; j++) {
			size_t replace = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			d[i][j] = least(replace, 1 + least(d[i - 1][j], d[i][j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[rows][cols];
}

static const char *own_key(const struct object *object, const char *key)
{
	for (size_t i = 0; i < object->field_count; i++)
		if (!strcmp(object->fields[i].key, key))
			return object->fields[i].key;
	return NULL;
}

static const char *by_synonym(const struct object *object, const char *key)
{
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++) {
		const char *ours = own_key(object, synonyms[i].ours);

		if (ours && !strcmp(synonyms[i].theirs, key))
			return ours;
	}
	return NULL;
}

/* "mountpoint" for "mount", "address" for "addresses". */
static const char *by_prefix(const struct object *object, const char *key)
{
	for (size_t i = 0; i < object->field_count; i++) {
		const char *ours = object->fields[i].key;
		size_t common = least(strlen(ours), strlen(key));

		if (common >= 3 && !strncmp(ours, key, common))
			return ours;
	}
	return NULL;
}

const char *suggest_key(const struct object *object, const char *key)
{
	const char *nearest = NULL;
	size_t best = NEAR + 1;

	for (size_t i = 0; i < object->field_count; i++) {
		const char *ours = object->fields[i].key;
		size_t far = distance(ours, key);

		if (far < best && 2 * far <= strlen(ours)) {
			best = far;
			nearest = ours;
		}
	}
	if (!nearest)
		nearest = by_synonym(object, key);
	return nearest ? nearest : by_prefix(object, key);
}
