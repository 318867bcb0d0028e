#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "archives/archive.h"
#include "cmd/command.h"
#include "cmd/open.h"
#include "migration/import.h"
#include "util/file.h"
#include "util/monotonic.h"
#include "util/text.h"

#define IMPORT_TRIES 3 /* beside others who write, before they have to wait */

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

struct document {
	const char *file, *text;
	size_t size;
};

/* Within a transaction, which the caller ends: of reading, or of writing when nothing may change any more. */
static int plan_in_store(struct open *open, struct import *import, const struct document *document,
			 struct err *err)
{
	if (import_plan(import, open->store, &open->data, &open->settings, steady_ms(), err) < 0)
		return -1;
	return import->errors.count ? refuse(document->file, &import->errors, err) : 0;
}

/* In the transaction, which it ends: 0; 1: nothing was changed, as the plan is not right any more. */
static int apply_in_store(struct open *open, struct import *import, struct err *err)
{
	const int holds = import_holds(import, open->store, steady_ms(), err);

	if (holds > 0 && import_apply(import, open->store, wall_ms(), err) == 0 &&
	    note_command(open->store, 0, err) == 0)
		return store_commit(open->store, err);
	store_rollback(open->store);
	return holds == 0 ? 1 : -1;
}

/* Compiled and compared while others write; only what follows keeps them from it. 1: to be made again. */
static int import_beside(struct open *open, struct import *import, const struct document *document,
			 struct err *err)
{
	int ret = store_begin_reading(open->store, err);

	if (ret == 0) {
		ret = plan_in_store(open, import, document, err);
		store_rollback(open->store);
	}
	if (ret == 0 && !dry_run)
		ret = store_begin(open->store, err);
	return ret == 0 && !dry_run ? apply_in_store(open, import, err) : ret;
}

/* The same, and nobody writes from the beginning: it comes to an end, whatever others do. */
static int import_alone(struct open *open, struct import *import, const struct document *document,
			struct err *err)
{
	if (store_begin(open->store, err) < 0)
		return -1;
	if (plan_in_store(open, import, document, err) == 0)
		return apply_in_store(open, import, err);
	store_rollback(open->store);
	return -1;
}

static int import_once(struct open *open, const struct document *document, bool alone,
		       struct err *err)
{
	const struct migration_sums sums = {find_sum, find_facts, open};
	struct import import;
	int ret;

	import_read(&import, document->text, document->size, open->settings.url, &sums);
	ret = alone ? import_alone(open, &import, document, err)
		    : import_beside(open, &import, document, err);
	if (ret == 0)
		import_print(&import);
	import_free(&import);
	return ret;
}

/* One import at a time: of another one's, a plan would not see that a job is another. */
static int import_document(struct open *open, const struct document *document, struct err *err)
{
	int ret = 1;

	if (flock(open->data.root, LOCK_EX) < 0)
		return err_sys(err, ERR_IO, open->data.path, "can't lock the folder");
	for (int i = 0; ret > 0; i++)
		ret = import_once(open, document, i == IMPORT_TRIES, err);
	flock(open->data.root, LOCK_UN);
	if (ret < 0)
		return -1;
	if (dry_run) {
		puts("Nothing was changed (--dry-run).");
		return 0;
	}
	tell_command();
	return sync_net(open, err);
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
		const struct document document = {operands[0], text, size};

		ret = import_document(&open, &document, err);
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
