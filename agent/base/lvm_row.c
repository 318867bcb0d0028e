/* Reading LVM's reports. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/lvm.h"

#define FIELD_BYTES 512

/* Rows look like: LVM2_LV_NAME='root' LVM2_LV_SIZE='4294967296'. */
bool lvm_field(const char *row, const char *name, char *buf, size_t size)
{
	const char *end = row + strcspn(row, "\n"), *value;
	char key[64] = LVM_ROW;
	size_t used = strlen(key), len;

	for (; *name && used + 3 < sizeof(key); name++)
		key[used++] = (char)toupper((unsigned char)*name);
	memcpy(key + used, "='", 3);
	value = strstr(row, key);
	if (!value || value >= end)
		return false;
	value += strlen(key);
	len = strcspn(value, "'\n");
	if (len >= size)
		return false;
	memcpy(buf, value, len);
	buf[len] = '\0';
	return true;
}

const char *lvm_field_text(const char *row, const char *name, struct arena *arena)
{
	char text[FIELD_BYTES];

	return lvm_field(row, name, text, sizeof(text)) ? arena_strdup(arena, text) : "";
}

uint64_t lvm_field_number(const char *row, const char *name)
{
	char text[FIELD_BYTES];

	return lvm_field(row, name, text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

const char *lvm_next_row(const char *row)
{
	const char *newline = strchr(row, '\n');

	return newline && newline[1] ? newline + 1 : NULL;
}
