#include "migration/archives_there.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "archives/archive_url.h"

struct search {
	const struct data *data;
	const char *url;
	char *missing;
	struct err *err;
};

/* What is no path of an archive will never be there: a person has to see it. 1: it is missing. */
static int look_for(void *arg, const char *url)
{
	struct search *search = arg;
	struct stat st;
	int fd;

	if (!archive_url_path(url, search->url, search->missing))
		return 0;
	fd = archive_open(search->data->archives, search->missing, &st, search->err);
	if (fd < 0)
		return search->err->code == ERR_SERVICE_ARCHIVE ? 1 : -1;
	close(fd);
	return 0;
}

int migration_archives_there_json(const json_t *job, const struct data *data, const char *url,
				  char missing[ARCHIVE_PATH_MAX + 1], struct err *err)
{
	struct err unseen = ERR_INIT;
	struct search search = {data, url, missing, err ? err : &unseen};
	const int ret = archive_url_each(job, look_for, &search);

	return ret < 0 ? -1 : !ret;
}

int migration_archives_there(const char *job, const struct data *data, const char *url,
			     char missing[ARCHIVE_PATH_MAX + 1], struct err *err)
{
	json_error_t error;
	json_t *root = json_loads(job, 0, &error);
	int ret;

	if (!root)
		return err_set(err, ERR_JOB_SYNTAX, "job", "line %d column %d: %s", error.line,
			       error.column, error.text);
	ret = migration_archives_there_json(root, data, url, missing, err);
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
