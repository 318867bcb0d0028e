#include "migration/archives_there.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "migration/archive_path.h"

struct search {
	const struct data *data;
	const char *url;
	char *missing;
	struct err *err;
};

/* What is no path of an archive will never be there: a person has to see it. */
static int is_there(struct search *search, const char *url)
{
	struct stat st;
	int fd;

	if (!migration_archive_path(url, search->url, search->missing))
		return 1;
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
