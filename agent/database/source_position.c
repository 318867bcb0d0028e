#include <stdio.h>

#include "database/dump_head.h"
#include "database/marks.h"
#include "database/source.h"

#define KEPT "source.position"

/* What the dumps say that are still to be loaded. */
struct told {
	struct master_position position;
	const char *by; /* the dump; NULL: none says it */
	bool loaded;    /* others are loaded already */
};

static int refuse_other(const char *path, const struct master_position *position,
			const char *others, const struct master_position *of_others,
			struct err *err)
{
	return err_set(
		err, ERR_DATABASE_SOURCE, path,
		"%s was made at %s:%llu of the old master's binary log, %s at %s:%llu: make all dumps at one moment, or give databases/source/position",
		path, position->file, position->position, others, of_others->file,
		of_others->position);
}

/* All of them were made at one moment, or the place of one is wrong for the others. */
static int ask_dumps(const struct database_work *work, struct arena *arena, struct told *told,
		     struct err *err)
{
	const struct job_databases *databases = work->databases;

	for (size_t i = 0; i < databases->dump_count; i++) {
		const char *path = job_dump_path(databases, i, arena);
		struct dump_head head;

		if (marks_get(work->state_dir, databases->dumps[i].database) == MARK_LOADED) {
			told->loaded = true;
			continue;
		}
		if (dump_head_read(&head, path, err))
			return -1;
		if (!head.found)
			continue;
		if (told->by && !master_position_is(&head.position, &told->position))
			return refuse_other(path, &head.position, told->by, &told->position, err);
		told->position = head.position;
		told->by = path;
	}
	return 0;
}

static bool read_kept(const char *state_dir, struct master_position *position)
{
	char kept[MARKS_TEXT_MAX];

	return marks_read(state_dir, KEPT, kept) == 0 &&
	       sscanf(kept, "%255s %llu", position->file, &position->position) == 2;
}

/* A dump that was no good may have been replaced by one of another moment, beside which those that are loaded do not fit. */
static int keep(const struct database_work *work, const struct told *told, struct arena *arena,
		struct err *err)
{
	struct master_position kept;
	const bool is_kept = read_kept(work->state_dir, &kept);

	if (is_kept && (!told->by || master_position_is(&kept, &told->position)))
		return 0;
	if (is_kept && told->loaded)
		return refuse_other(told->by, &told->position, "those that are loaded already",
				    &kept, err);
	if (!told->by)
		return err_set(err, ERR_DATABASE_SOURCE, work->databases->directory,
			       "no dump says where in the old master's binary log it was made: "
			       "make one with --master-data=2 (--source-data=2), "
			       "or give databases/source/position");
	return marks_write(
		work->state_dir, KEPT,
		arena_printf(arena, "%s %llu\n", told->position.file, told->position.position),
		err);
}

int source_position_keep(const struct database_work *work, struct err *err)
{
	struct told told = {.by = NULL};
	struct arena arena = {0};
	int ret = 0;

	if (!work->databases->source.file)
		ret = ask_dumps(work, &arena, &told, err) || keep(work, &told, &arena, err) ? -1
											    : 0;
	arena_free(&arena);
	return ret;
}

int source_position_get(const struct database_work *work, struct master_position *position,
			struct err *err)
{
	const struct job_database_source *source = &work->databases->source;

	*position = (struct master_position){.position = source->offset};
	if (source->file) {
		snprintf(position->file, sizeof(position->file), "%s", source->file);
		return 0;
	}
	if (read_kept(work->state_dir, position))
		return 0;
	return err_set(
		err, ERR_DATABASE_SOURCE, NULL,
		"where in the old master's binary log this VM begins is not known: give databases/source/position");
}
