#include "migration/compile.h"

enum visit { UNSEEN, ON_THE_WAY, DONE };

struct walk {
	struct compile *c;
	enum visit *visit; /* of each VM */
};

static void visit(struct walk *w, const struct migration_vm *vm);

static void follow(struct walk *w, const struct migration_vm *vm, size_t i, const char *name)
{
	const struct migration *migration = w->c->migration;
	const struct migration_vm *next = migration_find(migration, name);
	const char *place = compile_place(w->c, vm, arena_printf(w->c->r.arena, "/after/%zu", i));

	if (!next)
		reader_refuse(&w->c->r, ERR_JOB_VALUE, place,
			      "\"%.80s\" is refused: there is no such VM in this document", name);
	else if (w->visit[next - migration->vms] == ON_THE_WAY)
		reader_refuse(&w->c->r, ERR_JOB_CONFLICT, place,
			      "\"%s\" is refused: it waits for %s itself, or for one that does",
			      next->name, vm->name);
	else
		visit(w, next);
}

static void visit(struct walk *w, const struct migration_vm *vm)
{
	enum visit *mark = &w->visit[vm - w->c->migration->vms];
	const json_t *item;
	size_t i;

	if (*mark != UNSEEN)
		return;
	*mark = ON_THE_WAY;
	json_array_foreach(json_object_get(vm->job, "after"), i, item)
	{
		if (json_is_string(item))
			follow(w, vm, i, json_string_value(item));
	}
	*mark = DONE;
}

void compile_check_after(struct compile *c)
{
	const struct migration *migration = c->migration;
	struct walk w = {c, arena_array(c->r.arena, migration->vm_count + 1, sizeof(*w.visit))};

	for (size_t i = 0; i < migration->vm_count; i++)
		visit(&w, &migration->vms[i]);
}
