/* restore: a data folder from what `backup` made. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/set.h"
#include "cmd/command.h"
#include "cmd/open.h"
#include "util/text.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* Archives may be there already: they are not in the set. */
static bool may_be_there(const char *name)
{
	static const char *const names[] = {".", "..", "archives", "lost+found"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static int check_free(const char *path, struct err *err)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int ret = 0;

	if (!folder)
		return errno == ENOENT ? 0 : err_sys(err, ERR_SERVICE_DATA, path, "can't open");
	while (ret == 0 && (errno = 0, entry = readdir(folder)))
		if (!may_be_there(entry->d_name))
			ret = err_set(
				err, ERR_SERVICE_BACKUP, path,
				"has %.80s in it, and is left as it is; accepted is a folder that is not there, is empty, or has nothing but archives/",
				entry->d_name);
	if (ret == 0 && errno)
		ret = err_sys(err, ERR_SERVICE_DATA, path, "can't read the folder");
	closedir(folder);
	return ret;
}

/* What can be told without reading all of it: whether it is there, with the size that it had. */
static const char *what_is_wrong(const struct data *data, const json_t *archive)
{
	const char *path = json_string_value(json_object_get(archive, "path"));
	struct stat st;

	if (fstatat(data->archives, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return "missing";
	if (st.st_size != json_integer_value(json_object_get(archive, "size")))
		return "of another size";
	return NULL;
}

static void print_archives(const struct data *data, const json_t *archives)
{
	const json_t *archive;
	size_t i, wrong = 0;

	json_array_foreach(archives, i, archive)
	{
		const char *what = what_is_wrong(data, archive);
		const char *sha256 = json_string_value(json_object_get(archive, "sha256"));

		if (!what)
			continue;
		if (!wrong++)
			puts("These archives are not as they were; copy them into archives/:");
		printf("%-64s %14jd  %s (%s)\n", sha256 ? sha256 : "sum not known",
		       (intmax_t)json_integer_value(json_object_get(archive, "size")),
		       json_string_value(json_object_get(archive, "path")), what);
	}
	if (!wrong && json_array_size(archives))
		puts("All archives are there, with the sizes that they had.");
}

/* An older store is upgraded by being opened, and what can be made from it is made. */
static int bring_in_line(const json_t *manifest, struct err *err)
{
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	ret = note_command(open.store, 0, err);
	if (ret == 0)
		ret = sync_all(&open, err);
	if (ret == 0) {
		char made[TEXT_TIME_MAX];

		tell_command();
		printf("%s is %s as it was at %s UTC\n", open.data.path, open.settings.url,
		       text_time(made, json_integer_value(json_object_get(manifest, "made_ms"))));
		print_archives(&open.data, json_object_get(manifest, "archives"));
	}
	close_data(&open);
	return ret;
}

static int write_data(int in, const char *file, struct err *err)
{
	json_t *manifest = NULL;
	struct data data;
	int ret;

	if (lseek(in, 0, SEEK_SET) < 0)
		return err_sys(err, ERR_SERVICE_BACKUP, file,
			       "can't read it twice, before and while it is restored");
	if (data_create(&data, command_data_path, err) < 0)
		return -1;
	ret = set_read(in, file, data.root, &manifest, err);
	if (ret == 0 && fsync(data.root) < 0)
		ret = err_sys(err, ERR_SERVICE_DATA, data.path, "can't sync");
	data_close(&data);
	json_decref(manifest);
	return ret < 0 ? err_prefix(err, "%s has parts of the set now; empty it and begin again",
				    command_data_path)
		       : 0;
}

static int restore(int in, const char *file, struct err *err)
{
	json_t *manifest;
	int ret;

	if (set_read(in, file, -1, &manifest, err) < 0)
		return -1;
	ret = write_data(in, file, err);
	if (ret == 0)
		ret = bring_in_line(manifest, err);
	json_decref(manifest);
	return ret;
}

static int run_restore(char **operands, size_t count, struct err *err)
{
	int in, ret;

	(void)count;
	if (check_free(command_data_path, err) < 0)
		return -1;
	in = open(operands[0], O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return err_sys(err, ERR_SERVICE_FILE, operands[0], "can't open");
	ret = restore(in, operands[0], err);
	close(in);
	return ret;
}

const struct command cmd_restore = {
	.name = "restore",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Make a data folder from a backup, and say which archives are missing",
	.options = options,
	.run = run_restore,
};
