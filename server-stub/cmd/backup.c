/* backup: everything that a site needs but its archives, as one file. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/set.h"
#include "base/io.h"
#include "cmd/command.h"
#include "cmd/open.h"
#include "job/size.h"
#include "util/owner.h"

#define STDOUT_NAME "-"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* Where a set goes: beside its name, until it is whole. */
struct output {
	const char *file;
	char beside[PATH_MAX];
	int fd;
};

static int open_stdout(struct output *out, struct err *err)
{
	out->fd = STDOUT_FILENO;
	if (isatty(out->fd))
		return err_set(err, ERR_USAGE, STDOUT_NAME,
			       "standard output is a terminal; a backup goes to a file or a pipe");
	return 0;
}

static int open_output(struct output *out, const char *file, struct err *err)
{
	*out = (struct output){.file = file, .fd = -1};
	if (!strcmp(file, STDOUT_NAME))
		return open_stdout(out, err);
	if (snprintf(out->beside, sizeof(out->beside), "%s.%ld.new", file, (long)getpid()) >=
	    (int)sizeof(out->beside))
		return err_set(err, ERR_SERVICE_BACKUP, file, "the path is too long");
	out->fd = open(out->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (out->fd < 0)
		return err_sys(err, ERR_SERVICE_BACKUP, out->beside, "can't create");
	/* An umask may have taken even the owner's bits. */
	if (fchmod(out->fd, 0600) == 0)
		return 0;
	err_sys(err, ERR_SERVICE_BACKUP, out->beside, "can't set its mode");
	close(out->fd);
	unlink(out->beside);
	return -1;
}

static int keep_output(const struct output *out, struct err *err)
{
	if (rename(out->beside, out->file) < 0)
		return err_sys(err, ERR_SERVICE_BACKUP, out->file, "can't rename %s", out->beside);
	if (sync_parent(out->file) < 0)
		return err_sys(err, ERR_SERVICE_BACKUP, out->file, "can't sync its folder");
	return 0;
}

/* `ret`: whether the set is whole; else nothing is left of it. */
static int close_output(const struct output *out, int ret, struct err *err)
{
	if (out->fd == STDOUT_FILENO)
		return ret;
	if (ret == 0 && fsync(out->fd) < 0)
		ret = err_sys(err, ERR_SERVICE_BACKUP, out->beside, "can't sync");
	if (close(out->fd) < 0 && ret == 0)
		ret = err_sys(err, ERR_SERVICE_BACKUP, out->beside, "can't close");
	if (ret == 0)
		ret = keep_output(out, err);
	if (ret < 0)
		unlink(out->beside);
	return ret;
}

/* The file is the operator's, and not in the data folder. */
static int open_outside(struct output *out, const char *file, struct err *err)
{
	int ret;

	owner_leave();
	ret = open_output(out, file, err);
	owner_return();
	return ret;
}

static int close_outside(const struct output *out, int ret, struct err *err)
{
	owner_leave();
	ret = close_output(out, ret, err);
	owner_return();
	return ret;
}

static uint64_t size_of(const json_t *items)
{
	uint64_t bytes = 0;
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		bytes += (uint64_t)json_integer_value(json_object_get(item, "size"));
	}
	return bytes;
}

static void print_parts(FILE *out, const json_t *manifest)
{
	const json_t *files = json_object_get(manifest, "files");
	const json_t *archives = json_object_get(manifest, "archives");
	char size[32], archives_size[32];

	fprintf(out, "%zu files, %s; not in it: %zu archives, %s\n", json_array_size(files),
		size_text(size_of(files), size), json_array_size(archives),
		size_text(size_of(archives), archives_size));
}

static int run_backup(char **operands, size_t count, struct err *err)
{
	json_t *manifest = NULL;
	struct output out;
	struct open open;
	int ret;

	(void)count;
	if (open_data(&open, err) < 0)
		return -1;
	/* Before the copy: the set knows of itself. */
	ret = note_command(open.store, 0, err);
	if (ret == 0)
		ret = open_outside(&out, operands[0], err);
	if (ret == 0) {
		ret = set_write(out.fd, out.file, &open.data, &open.settings, open.store, &manifest,
				err);
		ret = close_outside(&out, ret, err);
	}
	close_data(&open);
	if (ret == 0) {
		tell_command();
		print_parts(out.fd == STDOUT_FILENO ? stderr : stdout, manifest);
	}
	json_decref(manifest);
	return ret;
}

const struct command cmd_backup = {
	.name = "backup",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Write all that the site needs but its archives to FILE (- for standard output)",
	.options = options,
	.run = run_backup,
};
