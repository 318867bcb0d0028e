/*
 * Files that are read, and what is refused in them: beside each bad FILE.json lies FILE.expect, an error a line:
 * PLACE | CODE | PART OF THE MESSAGE ("" is the whole file).
 */
#ifndef TESTS_EXPECTED_ERRORS_H
#define TESTS_EXPECTED_ERRORS_H

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void print_errors(const char *path, const struct err_list *errors)
{
	print_error("%s:\n", path);
	for (size_t i = 0; i < errors->count; i++)
		print_error("  %s | %s | %s\n", errors->item[i].where,
			    err_name(errors->item[i].code), errors->item[i].msg);
}

/* The next field of an .expect line, up to " | " or the line's end. */
static char *next_field(char **line)
{
	char *field = *line;
	char *end = strstr(field, " | ");

	if (end) {
		*end = '\0';
		*line = end + 3;
	} else {
		field[strcspn(field, "\n")] = '\0';
	}
	return field;
}

static bool is_expected(const struct err *err, char *line)
{
	const char *place = next_field(&line);
	const char *code = next_field(&line);
	const char *part = next_field(&line);

	return !strcmp(err->where, strcmp(place, "\"\"") ? place : "") &&
	       !strcmp(err_name(err->code), code) && strstr(err->msg, part);
}

/* Errors come in the order of the tables, then of the rules; the file lists them likewise. */
static bool errors_match(const char *path, const struct err_list *errors)
{
	char expect[512], line[512];
	size_t lines = 0;
	bool good = true;
	FILE *file;

	snprintf(expect, sizeof(expect), "%.*s.expect", (int)(strlen(path) - strlen(".json")),
		 path);
	file = fopen(expect, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		good &= lines < errors->count && is_expected(&errors->item[lines], line);
		lines++;
	}
	fclose(file);
	return good && lines == errors->count && lines > 0;
}

/* Every file of the pattern, of which there are so many at least: all are tried, however many fail. */
static void each_file(const char *pattern, size_t least, bool (*passes)(const char *path))
{
	glob_t found;
	int failures = 0;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= least);
	for (size_t i = 0; i < found.gl_pathc; i++)
		failures += !passes(found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(failures, 0);
}

#endif
