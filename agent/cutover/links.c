/* The links of services that were disabled, as the record has them: made again, or taken away again. */
#include <string.h>

#include "cutover/parts.h"

/* In the state while links have changed and the init system may not know. */
#define NOT_RELOADED "init system not reloaded"

/* Known before the first link changes, so that no crash can hide it. */
static int expect_reload(struct cutover_work *work, struct err *err)
{
	return cutover_init(work)->reload ? cutover_state_add(work, NOT_RELOADED, err) : 0;
}

/* Cutover removes what newroot made, and nothing that somebody put there meanwhile. Undo switches off however it is on. */
static int remove_link(struct cutover_work *work, const struct service_record *record,
		       const struct service_link *link, struct err *err)
{
	const char *to = cutover_link(work, link->path);

	if (to && (work->options->undo || !strcmp(to, link->to))) {
		if (!cutover_op(work, "%s: remove %s", record->name, link->path))
			return 0;
		return expect_reload(work, err) || cutover_unlink(work, link->path, err) ? -1 : 0;
	}
	if (cutover_exists(work, link->path))
		cutover_note(work, "%s: %s is not the link to %s any more, and is left alone",
			     record->name, link->path, link->to);
	return 0;
}

static int make_link(struct cutover_work *work, const struct service_record *record,
		     const struct service_link *link, struct err *err)
{
	const char *to = cutover_link(work, link->path);

	if (!cutover_exists(work, link->path)) {
		if (!cutover_op(work, "%s: make %s -> %s", record->name, link->path, link->to))
			return 0;
		return expect_reload(work, err) || cutover_symlink(work, link->path, link->to, err)
			       ? -1
			       : 0;
	}
	if (!to || strcmp(to, link->to) != 0)
		cutover_note(
			work,
			"%s: %s is there as something else than the link to %s, and is left alone",
			record->name, link->path, link->to);
	return 0;
}

static int change(struct cutover_work *work, const struct service_record *record,
		  const struct service_links *gone, const struct service_links *back,
		  struct err *err)
{
	for (size_t i = 0; i < gone->count; i++)
		if (remove_link(work, record, &gone->item[i], err))
			return -1;
	for (size_t i = 0; i < back->count; i++)
		if (make_link(work, record, &back->item[i], err))
			return -1;
	return 0;
}

static int reload(struct cutover_work *work, size_t ops, struct err *err)
{
	const struct cutover_init *init = cutover_init(work);
	const char *argv[] = {NULL, init->reload, NULL};

	if (!init->reload || (work->ops == ops && !cutover_state_has(work, NOT_RELOADED)))
		return 0;
	argv[0] = cutover_program(work, init->program);
	if (!argv[0])
		return err_set(err, ERR_CUTOVER, init->program,
			       "%s is not found, so %s does not learn of its links", init->program,
			       init->name);
	if (!cutover_op(work, "%s %s", init->program, init->reload))
		return 0;
	return cutover_must(work, argv, CUTOVER_COMMAND_S, err) ||
			       cutover_state_remove(work, NOT_RELOADED, err)
		       ? -1
		       : 0;
}

int cutover_links_restore(struct cutover_work *work, struct err *err)
{
	size_t ops = work->ops;

	for (size_t i = 0; i < work->records.count; i++) {
		const struct service_record *record = &work->records.item[i];

		if (!record->enabled && change(work, record, &record->made, &record->removed, err))
			return -1;
	}
	return reload(work, ops, err);
}

int cutover_links_disable(struct cutover_work *work, struct err *err)
{
	size_t ops = work->ops;

	for (size_t i = work->records.count; i-- > 0;) {
		const struct service_record *record = &work->records.item[i];

		if (!record->enabled && change(work, record, &record->removed, &record->made, err))
			return -1;
	}
	return reload(work, ops, err);
}
