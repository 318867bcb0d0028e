#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "archives/archive.h"
#include "cmd/open.h"
#include "cmd/command.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static const char *last_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static int run_add(char **operands, size_t count, struct err *err)
{
	const char *path = count > 2 ? operands[2] : last_name(operands[1]);
	struct open open;
	char sha256[65];
	int ret;

	if (strcmp(operands[0], "add"))
		return err_set(err, ERR_USAGE, operands[0],
			       "is not accepted; only `archive add` is");
	if (open_data(&open, err) < 0)
		return -1;
	ret = archive_add(open.store, open.data.archives, operands[1], path, sha256, err);
	if (ret == 0)
		printf("%s  %s/v1/archives/%s\n", sha256, open.settings.url, path);
	close_data(&open);
	return ret;
}

static int print_archive(void *arg, const char *path, int fd, struct err *err)
{
	struct stat st;
	char sha256[65];

	if (archive_hash(arg, path, fd, sha256, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, ERR_IO, path, "can't stat");
	printf("%s %14jd  %s\n", sha256, (intmax_t)st.st_size, path);
	return 0;
}

static int run_list(char **operands, size_t count, struct err *err)
{
	struct open open;
	int ret;

	(void)operands, (void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = archive_each(open.data.archives, print_archive, open.store, err);
	close_data(&open);
	return ret;
}

const struct command cmd_archive = {
	.name = "archive",
	.operands = "add FILE [PATH]",
	.operands_min = 2,
	.operands_max = 3,
	.summary = "Copy a file to archives/, and print its sha256 and URL",
	.options = options,
	.run = run_add,
};

const struct command cmd_archives = {
	.name = "archives",
	.operands = "",
	.summary = "List the archives: sha256, size, path",
	.options = options,
	.run = run_list,
};
