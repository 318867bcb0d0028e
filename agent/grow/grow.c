#include "grow/grow.h"

#include <inttypes.h>
#include <string.h>

#include "job/size.h"
#include "steps/blockdev.h"

#define TEXT_MAX 32 /* of size_text() */

static int parse_size(const char *text, bool *more, uint64_t *bytes, struct err *err)
{
	*more = *text == '+';
	if (size_parse_bytes(text + *more, bytes) && *bytes)
		return 0;
	return err_set(
		err, ERR_USAGE, text,
		"\"%s\" is no size; accepted is \"20GiB\" (as large as that) or \"+5GiB\" (so much more)",
		text);
}

/* LVM counts extents in 32 bits. */
static int to_extents(uint64_t bytes, const struct grow_volume *volume, uint64_t *extents,
		      struct err *err)
{
	*extents = bytes / volume->extent + (bytes % volume->extent != 0);
	if (*extents <= UINT32_MAX)
		return 0;
	return err_set(err, ERR_GROW_REFUSED, volume->name,
		       "no volume of VG %s can be so large: it has at most %" PRIu32
		       " extents of %" PRIu64 " bytes",
		       volume->vg.name, UINT32_MAX, volume->extent);
}

/* A growth that was interrupted is counted from where it began, or the volume would grow twice. */
static int choose_size(struct grow_plan *plan, const char *size, struct err *err)
{
	const struct grow_volume *volume = &plan->volume;
	const uint64_t from = volume->before ? volume->before : volume->extents;
	char text[TEXT_MAX];
	uint64_t bytes;
	bool more;

	if (parse_size(size, &more, &bytes, err) || to_extents(bytes, volume, &plan->extents, err))
		return -1;
	if (more)
		plan->extents += from;
	if (more && plan->extents < volume->extents)
		plan->extents = volume->extents;
	if (plan->extents >= volume->extents)
		return 0;
	return err_set(
		err, ERR_GROW_REFUSED, volume->name,
		"%s has %s already, and volumes are only made larger; +SIZE says how much more",
		volume->name, size_text(volume->extents * volume->extent, text));
}

static int check_room(const struct grow_plan *plan, struct err *err)
{
	const struct grow_volume *volume = &plan->volume;
	const uint64_t more = plan->extents - volume->extents;
	char wanted[TEXT_MAX], there[TEXT_MAX];

	if (more <= volume->free)
		return 0;
	return err_set(err, ERR_GROW_REFUSED, volume->name,
		       "VG %s has no room for %s more: %s of it are free (%" PRIu64 " of %" PRIu64
		       " extents that it would take)",
		       volume->vg.name, size_text(more * volume->extent, wanted),
		       size_text(volume->free * volume->extent, there), volume->free, more);
}

static uint64_t size_after(const struct grow_plan *plan)
{
	return plan->extents * plan->volume.extent;
}

int grow_look(struct grow_plan *plan, const struct grow_wish *wish, struct arena *arena,
	      struct err *err)
{
	uint64_t ignored;
	bool more;

	if (parse_size(wish->size, &more, &ignored, err) ||
	    grow_volume_read(&plan->volume, wish->vg, wish->volume, arena, err) ||
	    choose_size(plan, wish->size, err) || check_room(plan, err))
		return -1;
	return grow_contents_read(&plan->contents, plan->volume.path, size_after(plan), err);
}

static const char *change(uint64_t from, uint64_t to, struct arena *arena)
{
	char before[TEXT_MAX], after[TEXT_MAX];

	if (from == to)
		return arena_printf(arena, "stays %s", size_text(from, before));
	return arena_printf(arena, "%s -> %s", size_text(from, before), size_text(to, after));
}

static const char *describe_contents(const struct grow_contents *contents, struct arena *arena)
{
	return arena_printf(arena, "%s%s%s", contents->type, *contents->place ? " on " : "",
			    contents->place);
}

void grow_tell(const struct grow_plan *plan, FILE *out)
{
	const struct grow_volume *volume = &plan->volume;
	const uint64_t free = volume->free * volume->extent,
		       more = (plan->extents - volume->extents) * volume->extent;
	struct arena arena = {0};

	if (volume->before)
		fprintf(out, "An earlier growth of %s was interrupted; this one goes on.\n",
			volume->name);
	fprintf(out, "  volume %s: %s\n", volume->path,
		change(volume->extents * volume->extent, size_after(plan), &arena));
	fprintf(out, "  %s: %s\n", describe_contents(&plan->contents, &arena),
		change(plan->contents.bytes, plan->contents.after, &arena));
	fprintf(out, "  free in VG %s: %s\n", volume->vg.name, change(free, free - more, &arena));
	arena_free(&arena);
}

const char *grow_summary(const struct grow_plan *plan, struct arena *arena)
{
	const struct grow_volume *volume = &plan->volume;

	return arena_printf(arena, "volume %s: %s; %s: %s", volume->path,
			    change(volume->extents * volume->extent, size_after(plan), arena),
			    describe_contents(&plan->contents, arena),
			    change(plan->contents.bytes, plan->contents.after, arena));
}

bool grow_is_done(const struct grow_plan *plan)
{
	return plan->extents == plan->volume.extents && !plan->volume.before &&
	       plan->contents.bytes == plan->contents.after;
}

/* LVM has told the kernel, or there is no use in asking a filesystem. */
static int check_device(const struct grow_plan *plan, struct err *err)
{
	uint64_t size;

	if (blockdev_wait(plan->volume.path, &size, err))
		return -1;
	if (size >= size_after(plan))
		return 0;
	return err_set(err, ERR_GROW, plan->volume.path,
		       "the kernel knows of %" PRIu64 " bytes of %s, and LVM of %" PRIu64
		       ": `newroot lvm lvchange --refresh %s/%s` tells it",
		       size, plan->volume.path, size_after(plan), plan->volume.vg.name,
		       plan->volume.name);
}

/* Whatever the kernel has answered, the size that is there now counts. */
static int check_outcome(const struct grow_plan *plan, struct err *err)
{
	struct grow_contents now = plan->contents;
	char got[TEXT_MAX], wanted[TEXT_MAX];

	if (now.kind->check(&now, plan->volume.path, size_after(plan), err))
		return -1;
	if (now.bytes >= plan->contents.after)
		return 0;
	return err_set(err, ERR_GROW, plan->volume.path,
		       "the %s on %s has %s now, and not the %s that were asked for", now.type,
		       plan->volume.path, size_text(now.bytes, got),
		       size_text(plan->contents.after, wanted));
}

/* After an interruption the size alone does not tell that all is done: swap may be off. */
int grow_do(const struct grow_plan *plan, struct arena *arena, struct err *err)
{
	const struct grow_contents *contents = &plan->contents;

	if (grow_volume_extend(&plan->volume, plan->extents, arena, err) || check_device(plan, err))
		return -1;
	if (contents->kind->grow(contents, plan->volume.path, err) || check_outcome(plan, err))
		return -1;
	return grow_volume_end(&plan->volume, arena, err);
}
