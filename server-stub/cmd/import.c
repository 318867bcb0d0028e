#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive.h"
#include "cmd/command.h"
#include "cmd/open.h"
#include "migration/import.h"
#include "util/file.h"
#include "util/monotonic.h"
#include "util/text.h"

#define TOLD_BYTES (1LL << 30) /* such a file takes seconds: nobody should wonder */

static bool dry_run;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"dry-run", OPTION_FLAG, &dry_run, NULL, "say what would be done, and change nothing"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* Each with its place, on lines of their own: they come from one reading of the document. */
static int refuse(const char *file, const struct err_list *errors, struct err *err)
{
	const size_t count = errors->count + errors->dropped;

	for (size_t i = 0; i < errors->count; i++) {
		const struct err *item = &errors->item[i];

		fprintf(stderr, "%s%s%s [%s]\n", item->where, item->where[0] ? ": " : "", item->msg,
			err_name(item->code));
	}
	if (errors->dropped)
		fprintf(stderr, "and %zu more\n", errors->dropped);
	return err_set(err, ERR_SERVICE_MIGRATION, file, "%zu error%s", count,
		       count == 1 ? "" : "s");
}

static void announce(const char *path, const struct stat *st)
{
	if (st->st_size >= TOLD_BYTES)
		fprintf(stderr, "reading archives/%s, %lld MiB\n", path,
			(long long)(st->st_size >> 20));
}

/* With its facts, which are asked for later: a file is read once. */
static int archive_sum(struct store *store, const char *path, int fd, char sha256[65],
		       struct err *err)
{
	char *facts;

	if (archive_facts(store, path, fd, NULL, &facts, err) < 0)
		return -1;
	free(facts);
	return archive_hash(store, path, fd, sha256, err);
}

/* 1: `*fd` is open, and the caller's to close; 0: there is no such archive; -1: an error. */
static int open_if_there(const struct open *open, const char *path, struct stat *st, int *fd,
			 struct err *err)
{
	struct err missing = ERR_INIT;

	*fd = archive_open(open->data.archives, path, st, &missing);
	if (*fd >= 0)
		return 1;
	return missing.code == ERR_SERVICE_ARCHIVE ? 0 : err_keep(err, &missing);
}

/* As struct migration_sums wants it; `arg` is the struct open. */
static int find_sum(void *arg, const char *path, bool compute, char sha256[65], struct err *err)
{
	struct open *open = arg;
	struct stat st;
	int fd, ret = open_if_there(open, path, &st, &fd, err);

	if (ret <= 0)
		return ret;
	ret = archive_known_hash(open->store, path, &st, sha256, err);
	if (ret == 0 && !sha256[0] && compute) {
		announce(path, &st);
		ret = archive_sum(open->store, path, fd, sha256, err);
	}
	close(fd);
	return ret < 0 ? -1 : sha256[0] != '\0';
}

/* As struct migration_sums wants them: read now, when they aren't known. */
static int find_facts(void *arg, const char *path, char **facts, struct err *err)
{
	struct open *open = arg;
	struct stat st;
	int fd, ret = open_if_there(open, path, &st, &fd, err);

	if (ret <= 0)
		return ret;
	ret = archive_known_facts(open->store, path, &st, facts, err);
	if (ret == 0 && !*facts) {
		announce(path, &st);
		ret = archive_facts(open->store, path, fd, NULL, facts, err);
	}
	close(fd);
	return ret < 0 ? -1 : 1;
}

/* Within a transaction, which the caller ends. */
static int import_in_store(struct open *open, struct import *import, const char *file,
			   struct err *err)
{
	const int64_t now_ms = wall_ms();

	if (import_plan(import, open->store, &open->data, &open->settings, steady_ms(), err) < 0)
		return -1;
	if (import->errors.count)
		return refuse(file, &import->errors, err);
	import_print(import);
	return dry_run ? 0 : import_apply(import, open->store, now_ms, err);
}

static int import_document(struct open *open, const char *file, const char *text, size_t size,
			   struct err *err)
{
	const struct migration_sums sums = {find_sum, find_facts, open};
	struct import import;
	int ret;

	import_read(&import, text, size, open->settings.url, &sums);
	ret = store_begin(open->store, err);
	if (ret == 0) {
		ret = import_in_store(open, &import, file, err);
		if (ret == 0 && !dry_run)
			ret = note_command(open->store, ret, err);
		if (ret == 0 && !dry_run)
			ret = store_commit(open->store, err);
		else
			store_rollback(open->store);
	}
	import_free(&import);
	if (ret == 0 && !dry_run)
		tell_command();
	if (ret == 0 && dry_run)
		puts("Nothing was changed (--dry-run).");
	return ret == 0 && !dry_run ? sync_net(open, err) : ret;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	size_t size;
	char *text;
	int ret;

	(void)count;
	if (file_read(AT_FDCWD, operands[0], MIGRATION_BYTES_MAX, &text, &size, err) < 0)
		return -1;
	ret = open_data(&open, err);
	if (ret == 0) {
		ret = import_document(&open, operands[0], text, size, err);
		close_data(&open);
	}
	free(text);
	return ret;
}

const struct command cmd_import = {
	.name = "import",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.summary =
		"Compile a migration document into VMs with their jobs; once more: change what differs",
	.options = options,
	.run = run,
};
