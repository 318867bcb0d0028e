#include "migration/archives_there.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"

#define ROUTE "/v1/archives/"

struct search {
	const struct data *data;
	const char *url;
	char *missing;
	struct err *err;
};

/* The path behind the route, as the service itself reads it: without a query, "%20" being a blank. */
static void read_path(char path[ARCHIVE_PATH_MAX + 1], const char *from)
{
	size_t used = 0;

	for (; *from && *from != '?' && used < ARCHIVE_PATH_MAX; from++) {
		char hex[3] = {0};

		if (*from == '%' && isxdigit((unsigned char)from[1]) &&
		    isxdigit((unsigned char)from[2])) {
			memcpy(hex, from + 1, 2);
			path[used++] = (char)strtol(hex, NULL, 16);
			from += 2;
		} else {
			path[used++] = *from;
		}
	}
	path[used] = '\0';
}

/* What is no path of an archive will never be there: a person has to see it. */
static int is_there(struct search *search, const char *url)
{
	size_t own = strlen(search->url);
	struct stat st;
	int fd;

	if (strncmp(url, search->url, own) || strncmp(url + own, ROUTE, strlen(ROUTE)))
		return 1;
	read_path(search->missing, url + own + strlen(ROUTE));
	fd = archive_open(search->data->archives, search->missing, &st, search->err);
	if (fd < 0)
		return search->err->code == ERR_SERVICE_ARCHIVE ? 0 : -1;
	close(fd);
	return 1;
}

static int look(struct search *search, const char *key, const json_t *value)
{
	const char *name;
	json_t *member;
	size_t i;
	int ret = 1;

	if (json_is_string(value) && !strcmp(key, "url"))
		return is_there(search, json_string_value(value));
	/* jansson iterates over a const object only by a cast; nothing is changed. */
	json_object_foreach((json_t *)value, name, member)
	{
		if (ret == 1)
			ret = look(search, name, member);
	}
	json_array_foreach(value, i, member)
	{
		if (ret == 1)
			ret = look(search, "", member);
	}
	return ret;
}

int migration_archives_there(const char *job, const struct data *data, const char *url,
			     char missing[ARCHIVE_PATH_MAX + 1], struct err *err)
{
	struct err unseen = ERR_INIT;
	struct search search = {data, url, missing, err ? err : &unseen};
	json_error_t error;
	json_t *root = json_loads(job, 0, &error);
	int ret;

	if (!root)
		return err_set(err, ERR_JOB_SYNTAX, "job", "line %d column %d: %s", error.line,
			       error.column, error.text);
	ret = look(&search, "", root);
	json_decref(root);
	return ret;
}

void migration_missing_text(char text[VM_WAITING_MAX + 1], const char *path)
{
	snprintf(text, VM_WAITING_MAX + 1, "archive %.200s is not there yet", path);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}
