#include <stdio.h>
#include <string.h>

#include "database/dump_head.h"
#include "database/marks.h"
#include "database/source.h"

#define KEPT "source.position"

static bool same(const struct master_position *a, const struct master_position *b)
{
	return !strcmp(a->file, b->file) && a->position == b->position;
}

/* All of them were made at one moment, or the place of one is wrong for the others. */
static int ask_dumps(const struct database_work *work, struct arena *arena,
		     struct master_position *position, struct err *err)
{
	const struct job_databases *databases = work->databases;
	const char *teller = NULL;

	for (size_t i = 0; i < databases->dump_count; i++) {
		const char *path = job_dump_path(databases, i, arena);
		struct dump_head head;

		if (dump_head_read(&head, path, err))
			return -1;
		if (!head.found)
			continue;
		if (teller && !same(&head.position, position))
			return err_set(err, ERR_DATABASE_SOURCE, path,
				       "%s was made at %s:%llu of the old master's binary log, %s "
				       "at %s:%llu: make all dumps at one moment, or give "
				       "databases/source/position",
				       path, head.position.file, head.position.position, teller,
				       position->file, position->position);
		*position = head.position;
		teller = path;
	}
	if (teller)
		return 0;
	return err_set(
		err, ERR_DATABASE_SOURCE, databases->directory,
		"no dump says where in the old master's binary log it was made: make one with "
		"--master-data=2 (--source-data=2), or give databases/source/position");
}

int source_position_keep(const struct database_work *work, struct err *err)
{
	struct master_position position = {.position = 0};
	struct arena arena = {0};
	char kept[MARKS_TEXT_MAX];
	int ret = 0;

	if (work->databases->source.file || marks_read(work->state_dir, KEPT, kept) == 0)
		return 0;
	ret = ask_dumps(work, &arena, &position, err);
	if (ret == 0)
		ret = marks_write(
			work->state_dir, KEPT,
			arena_printf(&arena, "%s %llu\n", position.file, position.position), err);
	arena_free(&arena);
	return ret;
}

int source_position_get(const struct database_work *work, struct master_position *position,
			struct err *err)
{
	const struct job_database_source *source = &work->databases->source;
	char kept[MARKS_TEXT_MAX];

	*position = (struct master_position){.position = source->offset};
	if (source->file) {
		snprintf(position->file, sizeof(position->file), "%s", source->file);
		return 0;
	}
	if (marks_read(work->state_dir, KEPT, kept) == 0 &&
	    sscanf(kept, "%255s %llu", position->file, &position->position) == 2)
		return 0;
	return err_set(err, ERR_DATABASE_SOURCE, NULL,
		       "where in the old master's binary log this VM begins is not known: give "
		       "databases/source/position");
}
