#include "rescue/reset.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "job/job.h"
#include "machine/superblock.h"
#include "plan/columns.h"
#include "rescue/vg.h"
#include "snapshot/snapshot.h"

#define TELL_EVERY_MS 1000

/* The VG as it is found; what was not active is let go of again. */
struct view {
	const struct reset_request *request;
	struct arena *arena;
	struct vg vg;
	struct snapshot_volumes volumes;
	bool was_activated;
};

static bool any_active(const struct snapshot_volumes *volumes)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (volumes->item[i].is_active)
			return true;
	return false;
}

static int look(struct view *view, struct err *err)
{
	return snapshot_read(&view->volumes, view->vg.name, "", view->arena, NULL, err);
}

static int view_open(struct view *view, const struct reset_request *request, struct arena *arena,
		     struct err *err)
{
	*view = (struct view){.request = request, .arena = arena};
	if (vg_choose(&view->vg, request->vg, arena, err) || look(view, err))
		return -1;
	if (!request->in_memory || any_active(&view->volumes))
		return 0;
	if (vg_activate(&view->vg, VG_ON, arena, err))
		return -1;
	view->was_activated = true;
	return look(view, err);
}

static int view_close(struct view *view, struct err *err)
{
	return view->was_activated ? vg_activate(&view->vg, VG_OFF, view->arena, err) : 0;
}

/* A reset that was interrupted counts: it ends with a snapshot. */
static bool has_snapshot(const struct snapshot_volume *volume)
{
	return volume->snapshot || volume->retake;
}

static bool is_named(const struct reset_request *request, const char *name)
{
	for (size_t i = 0; i < request->count; i++)
		if (!strcmp(request->volumes[i], name))
			return true;
	return request->count == 0;
}

static bool is_meant(const struct view *view, const struct snapshot_volume *volume)
{
	return has_snapshot(volume) && is_named(view->request, volume->name);
}

static const char *list_volumes(const struct view *view)
{
	const char *list = "";

	for (size_t i = 0; i < view->volumes.count; i++)
		if (has_snapshot(&view->volumes.item[i]))
			list = arena_printf(view->arena, "%s%s%s", list, *list ? ", " : "",
					    view->volumes.item[i].name);
	return *list ? list : "none";
}

static int check_names(const struct view *view, struct err *err)
{
	const struct reset_request *request = view->request;
	const char *with = list_volumes(view);

	for (size_t i = 0; i < request->count; i++) {
		bool found = false;

		for (size_t v = 0; v < view->volumes.count; v++)
			found |= !strcmp(view->volumes.item[v].name, request->volumes[i]) &&
				 has_snapshot(&view->volumes.item[v]);
		if (!found)
			return err_set(
				err, ERR_SNAPSHOT, request->volumes[i],
				"VG %s has no volume \"%s\" with a snapshot of newroot's; those that have one: %s",
				view->vg.name, request->volumes[i], with);
	}
	if (!strcmp(with, "none"))
		return err_set(
			err, ERR_SNAPSHOT, view->vg.name,
			"no volume of VG %s has a snapshot of newroot's: its job asked for none",
			view->vg.name);
	return 0;
}

/* All of them before the first is touched. */
static int check_meant(const struct view *view, struct err *err)
{
	if (check_names(view, err))
		return -1;
	for (size_t i = 0; i < view->volumes.count; i++) {
		const struct snapshot_volume *volume = &view->volumes.item[i];

		if (!is_meant(view, volume) || !volume->snapshot)
			continue;
		if (snapshot_check(volume, err) ||
		    (view->request->in_memory && snapshot_check_unused(volume, err)))
			return -1;
	}
	return 0;
}

static bool is_swap(const struct view *view, const struct snapshot_volume *volume)
{
	const char *path = arena_printf(view->arena, "/dev/%s/%s", view->vg.name, volume->name);
	struct superblock superblock;
	struct err ignored = ERR_INIT;

	return superblock_read(&superblock, path, &ignored) == 0 &&
	       !strcmp(superblock.type, "swap");
}

/* A database of today beside the system of its first day, or the other way round. */
static void warn_of_others(const struct view *view)
{
	const char *list = "";

	for (size_t i = 0; i < view->volumes.count; i++) {
		const struct snapshot_volume *volume = &view->volumes.item[i];

		if (!is_meant(view, volume) && !is_swap(view, volume))
			list = arena_printf(view->arena, "%s%s%s%s", list, *list ? ", " : "",
					    volume->name,
					    has_snapshot(volume) ? "" : " (no snapshot)");
	}
	if (*list)
		fprintf(stderr,
			"WARNING: not reset, so that what they hold may not fit the others any more: %s, and /boot\n",
			list);
}

static int confirm(const struct view *view, struct err *err)
{
	char answer[16] = "";

	if (view->request->yes)
		return 0;
	for (size_t i = 0; i < view->volumes.count; i++)
		if (is_meant(view, &view->volumes.item[i]))
			fprintf(stderr, "%s goes back to %s\n", view->volumes.item[i].name,
				view->volumes.item[i].made);
	fputs("All that was changed on these volumes since then is LOST. Type \"reset\" to go on: ",
	      stderr);
	if (!isatty(STDIN_FILENO) || !fgets(answer, sizeof(answer), stdin) ||
	    strcmp(answer, "reset\n") != 0)
		return err_set(err, ERR_USAGE, NULL,
			       "not confirmed; nothing was done (--yes answers for scripts)");
	return 0;
}

static void tell(void *ctx, const char *volume, uint64_t done, uint64_t total)
{
	int64_t now = clock_ms(), *told_ms = ctx;

	if (now - *told_ms < TELL_EVERY_MS && done < total)
		return;
	*told_ms = now;
	printf("%s: %" PRIu64 " %% of %.1f MiB are back\n", volume, done * 100 / total,
	       (double)total / MIB(1));
	fflush(stdout);
}

static int reset_now(const struct view *view, struct snapshot_volume *volume, struct err *err)
{
	int64_t told_ms = 0;
	const struct child_watch watch = {.progress = tell, .ctx = &told_ms};

	volume->is_wanted = true;
	if (snapshot_reset(view->vg.name, volume, view->arena, &watch, err))
		return -1;
	printf("%s: is as the installation left it, and has a new snapshot\n", volume->name);
	return 0;
}

static int reset_later(const struct view *view, const struct snapshot_volume *volume,
		       struct err *err)
{
	if (!volume->snapshot)
		return err_set(
			err, ERR_SNAPSHOT, volume->name,
			"a reset of %s was interrupted before its new snapshot was made: reboot to have it made",
			volume->name);
	if (snapshot_want(view->vg.name, volume, true, view->arena, err))
		return -1;
	printf("%s: is reset at the next boot\n", volume->name);
	return 0;
}

static int reset_meant(struct view *view, struct err *err)
{
	for (size_t i = 0; i < view->volumes.count; i++) {
		struct snapshot_volume *volume = &view->volumes.item[i];

		if (is_meant(view, volume) &&
		    (view->request->in_memory ? reset_now(view, volume, err)
					      : reset_later(view, volume, err)))
			return -1;
	}
	if (!view->request->in_memory)
		puts("Reboot to do it; `newroot rescue reset --cancel` takes it back.");
	return 0;
}

static int do_reset(struct view *view, struct err *err)
{
	if (check_meant(view, err))
		return -1;
	warn_of_others(view);
	return confirm(view, err) || reset_meant(view, err) ? -1 : 0;
}

static int do_cancel(struct view *view, struct err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < view->volumes.count; i++) {
		const struct snapshot_volume *volume = &view->volumes.item[i];

		if (!volume->is_wanted || volume->is_merging ||
		    !is_named(view->request, volume->name))
			continue;
		if (snapshot_want(view->vg.name, volume, false, view->arena, err))
			return -1;
		printf("%s: stays as it is\n", volume->name);
		count++;
	}
	if (count == 0)
		puts("No reset was waiting for the next boot.");
	return 0;
}

static const char *state_of(const struct snapshot_volume *volume)
{
	if (volume->is_merging)
		return "a reset was interrupted";
	if (!volume->snapshot)
		return "a reset was interrupted before its new snapshot";
	if (volume->is_full)
		return "FULL: no way back";
	return volume->is_wanted ? "reset at the next boot" : "good";
}

static int do_show(struct view *view, struct err *err)
{
	struct columns columns = {
		.arena = view->arena,
		.heads = {"<VOLUME", "BYTES", "SIZE", "USED", "<STATE", "<MADE"},
	};

	(void)err;
	for (size_t i = 0; i < view->volumes.count; i++) {
		const struct snapshot_volume *volume = &view->volumes.item[i];
		char size[32];

		if (!has_snapshot(volume))
			continue;
		columns_add(&columns,
			    (const char *[]){
				    volume->name,
				    volume->snapshot ? arena_printf(view->arena, "%ju",
								    (uintmax_t)volume->size)
						     : "",
				    volume->snapshot ? arena_strdup(view->arena,
								    size_text(volume->size, size))
						     : "",
				    volume->fill < 0 || volume->is_full
					    ? ""
					    : arena_printf(view->arena, "%.2f %%", volume->fill),
				    state_of(volume), volume->made});
	}
	printf("Snapshots of VG %s%s\n", view->vg.name, columns.rows ? ":" : ": none");
	if (columns.rows)
		columns_print(&columns, stdout);
	return 0;
}

static int with_view(const struct reset_request *request,
		     int (*act)(struct view *view, struct err *err), struct err *err)
{
	struct arena arena = {0};
	struct err own = ERR_INIT;
	struct view view;
	int ret = view_open(&view, request, &arena, err);

	if (ret == 0)
		ret = act(&view, err);
	if (view_close(&view, &own)) {
		err_keep(err, &own);
		ret = -1;
	}
	arena_free(&arena);
	return ret;
}

int reset_run(const struct reset_request *request, struct err *err)
{
	return with_view(request, do_reset, err);
}

int reset_cancel(const struct reset_request *request, struct err *err)
{
	return with_view(request, do_cancel, err);
}

int reset_show(const struct reset_request *request, struct err *err)
{
	return with_view(request, do_show, err);
}
