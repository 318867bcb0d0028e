#include "course/may_read.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archives/archive_url.h"
#include "vm/reach.h"

/* What was handed out is kept as lines: what of the job names it, a blank, a path. */
#define OF_INSTALLATION 'a'
#define OF_FIRST_BOOT   'd'

struct wanted {
	const char *path;
};

static int is_wanted(void *arg, const char *url)
{
	const struct wanted *wanted = arg;
	char path[ARCHIVE_PATH_MAX + 1];

	return archive_url_path(url, NULL, path) && !strcmp(path, wanted->path);
}

/* The part of a job that the first boot works with. */
static const json_t *databases_of(const json_t *job)
{
	return json_object_get(job, "databases");
}

static int load_job(struct store *store, int64_t vm, json_t **job, struct err *err)
{
	char *text;

	if (store_vm_job(store, vm, &text, err) < 0)
		return -1;
	*job = json_loads(text, 0, NULL);
	free(text);
	return *job ? 0 : err_set(err, ERR_MEMORY, "job", "no memory to look what it names");
}

static int names_now(struct store *store, const struct vm *vm, enum reach reach, const char *path,
		     struct err *err)
{
	struct wanted wanted = {path};
	json_t *job;
	int ret;

	if (load_job(store, vm->id, &job, err) < 0)
		return -1;
	ret = archive_url_each(reach == REACH_ALL ? job : databases_of(job), is_wanted, &wanted);
	json_decref(job);
	return ret;
}

static bool is_among(const char *lines, enum reach reach, const char *path)
{
	const size_t size = strlen(path);

	while (*lines) {
		const size_t line = strcspn(lines, "\n");

		if (line == size + 2 && !memcmp(lines + 2, path, size) &&
		    (reach == REACH_ALL || *lines == OF_FIRST_BOOT))
			return true;
		lines += line + (lines[line] == '\n');
	}
	return false;
}

static int named_when_given(struct store *store, const struct vm *vm, enum reach reach,
			    const char *path, struct err *err)
{
	char *lines;
	int ret;

	if (store_vm_given(store, vm->id, &lines, err) < 0)
		return -1;
	ret = is_among(lines, reach, path);
	free(lines);
	return ret;
}

int may_read(struct store *store, const struct vm *vm, const char *path, struct err *err)
{
	const enum reach reach = vm_reach(vm);
	int ret;

	if (reach == REACH_NOTHING)
		return 0;
	ret = names_now(store, vm, reach, path, err);
	return ret ? ret : named_when_given(store, vm, reach, path, err);
}

struct listing {
	FILE *out;
	char kind;
};

/* A path with a line's end in it is none that an archive of this service has (archives/archive.h). */
static int list_one(void *arg, const char *url)
{
	const struct listing *listing = arg;
	char path[ARCHIVE_PATH_MAX + 1];

	if (archive_url_path(url, NULL, path) && !strchr(path, '\n'))
		fprintf(listing->out, "%c %s\n", listing->kind, path);
	return 0;
}

static char *list_of(const json_t *job)
{
	struct listing listing = {.kind = OF_INSTALLATION};
	char *text = NULL;
	size_t size;

	listing.out = open_memstream(&text, &size);
	if (!listing.out)
		return NULL;
	archive_url_each(job, list_one, &listing);
	listing.kind = OF_FIRST_BOOT;
	archive_url_each(databases_of(job), list_one, &listing);
	if (fclose(listing.out) == 0)
		return text;
	free(text);
	return NULL;
}

int may_read_given(struct store *store, int64_t vm, struct err *err)
{
	char *lines;
	json_t *job;
	int ret;

	if (load_job(store, vm, &job, err) < 0)
		return -1;
	lines = list_of(job);
	json_decref(job);
	if (!lines)
		return err_set(err, ERR_MEMORY, "job", "no memory for what it names");
	ret = store_vm_save_given(store, vm, lines, err);
	free(lines);
	return ret;
}
