#include "database/row.h"

#include <string.h>

/* Columns are between tabs; those of a value are written "\t", its newlines "\n". */
#define ENDS "\t\n"

static const char *next_column(const char *column)
{
	column += strcspn(column, ENDS);
	return *column == '\t' ? column + 1 : NULL;
}

/* -1: there is none of this name. */
static int index_of(const char *names, const char *name)
{
	const size_t length = strlen(name);
	int index = 0;

	for (const char *at = names; at; at = next_column(at), index++)
		if (strcspn(at, ENDS) == length && !strncmp(at, name, length))
			return index;
	return -1;
}

static void copy(const char *column, char *value, size_t size)
{
	const char *end = column + strcspn(column, ENDS);
	size_t used = 0;

	for (const char *in = column; in < end && used + 1 < size; in++) {
		char c = *in;

		if (c == '\\' && in + 1 < end)
			c = *++in == '\\' ? '\\' : ' ';
		value[used++] = c;
	}
	value[used] = '\0';
}

void row_get(const char *answer, const char *name, char *value, size_t size)
{
	const char *row = strchr(answer, '\n');
	int index = index_of(answer, name);

	*value = '\0';
	if (!row || index < 0)
		return;
	for (row++; row && index > 0; index--)
		row = next_column(row);
	if (row)
		copy(row, value, size);
}
