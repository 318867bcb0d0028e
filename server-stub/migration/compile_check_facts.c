#include <stdlib.h>
#include <string.h>

#include "archives/archive_url.h"
#include "facts/judge.h"
#include "migration/compile.h"

/* VMs share archives: each is asked for once. */
struct compile_facts {
	struct compile_facts *next;
	const char *path;
	const struct facts *facts; /* NULL: none are known */
};

struct scene {
	struct compile *c;
	const struct migration_vm *vm;
	const struct job *job;
};

static const struct facts *parse(struct compile *c, const char *text, struct err *err)
{
	struct facts *facts = arena_alloc(c->r.arena, sizeof(*facts));

	return facts_parse(facts, text, strlen(text), err) ? NULL : facts;
}

/* NULL: they are not known yet, and the agent finds out. When they cannot be read, the document is refused, with the reason. */
static const struct facts *ask(struct compile *c, const char *path)
{
	const struct facts *facts = NULL;
	struct err err = ERR_INIT;
	char *text = NULL;
	const int found = c->sums->facts(c->sums->arg, path, &text, &err);

	if (found > 0)
		facts = parse(c, text, &err);
	if (err.code)
		reader_refuse(&c->r, err.code, arena_printf(c->r.arena, "archives/%s", path),
			      "what is in it can't be found out: %s", err.msg);
	free(text);
	return facts;
}

static const struct facts *facts_of(void *ctx, const struct job_source *source)
{
	struct compile *c = ((struct scene *)ctx)->c;
	char path[ARCHIVE_PATH_MAX + 1];
	struct compile_facts *known;

	if (!archive_url_path(source->url, c->url, path))
		return NULL;
	for (known = c->facts; known; known = known->next)
		if (!strcmp(known->path, path))
			return known->facts;
	known = arena_alloc(c->r.arena, sizeof(*known));
	*known = (struct compile_facts){c->facts, arena_strdup(c->r.arena, path), ask(c, path)};
	c->facts = known;
	return known->facts;
}

static uint64_t all_disks(const struct migration_vm *vm)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < vm->machine.disks.count; i++)
		bytes += vm->machine.disks.item[i];
	return bytes;
}

static bool holds(const char *mount, const char *folder)
{
	const size_t size = strlen(mount);

	return !strcmp(mount, "/") ||
	       (!strncmp(mount, folder, size) && (!folder[size] || folder[size] == '/'));
}

/* A share of the disks, or their rest, is less than all of them. */
static uint64_t room(void *ctx, const char *folder, const char **mount)
{
	const struct scene *scene = ctx;
	uint64_t size = scene->job->boot.size;

	*mount = holds("/boot", folder) ? "/boot" : "";
	for (size_t i = 0; i < scene->job->volume_count; i++) {
		const struct job_volume *volume = &scene->job->volumes[i];

		if (!volume->mount || !holds(volume->mount, folder) ||
		    strlen(volume->mount) < strlen(*mount))
			continue;
		*mount = volume->mount;
		size = volume->size.kind == SIZE_BYTES ? volume->size.bytes : all_disks(scene->vm);
	}
	return **mount ? size : 0;
}

void compile_check_facts(struct compile *c, const struct migration_vm *vm, const struct job *job,
			 struct err_list *errors)
{
	struct scene ctx = {c, vm, job};
	const struct facts_scene scene = {
		.job = job,
		.memory = vm->machine.memory,
		.of = facts_of,
		.room = room,
		.ctx = &ctx,
	};

	if (c->sums)
		facts_judge(&scene, errors);
}
