#include "migration/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* What jobs were refused for. A package's mistake is in the jobs of all its VMs: it is told once, and counted. */
struct refusals {
	struct {
		size_t at;   /* in the list of all errors */
		size_t more; /* VMs */
		char where[sizeof(((struct err *)NULL)->where)];
	} item[ERR_LIST_MAX];
	size_t count;
	size_t before; /* errors of other kinds */
};

static bool known(struct refusals *refusals, const struct err_list *all, const struct err *err)
{
	for (size_t i = 0; i < refusals->count; i++) {
		if (strcmp(refusals->item[i].where, err->where) ||
		    strcmp(all->item[refusals->item[i].at].msg, err->msg))
			continue;
		refusals->item[i].more++;
		return true;
	}
	return false;
}

/* Whether the place was refused while the job was put together: among the first `count` errors. */
static bool told(const struct err_list *all, size_t count, const char *place)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(all->item[i].where, place))
			return true;
	return false;
}

static void add(struct compile *c, struct refusals *refusals, const struct migration_vm *vm,
		const struct err *err)
{
	const char *place = compile_place(c, vm, err->where);
	const size_t at = c->r.errors->count;

	if (known(refusals, c->r.errors, err) || told(c->r.errors, refusals->before, place))
		return;
	reader_refuse(&c->r, err->code, place, "%s", err->msg);
	if (c->r.errors->count == at)
		return; /* full: counted there */
	refusals->item[refusals->count].at = at;
	refusals->item[refusals->count].more = 0;
	memcpy(refusals->item[refusals->count++].where, err->where, sizeof(err->where));
}

static uint64_t job_bytes(const struct job *job)
{
	uint64_t bytes = job->boot.size;

	for (size_t i = 0; i < job->volume_count; i++)
		if (job->volumes[i].size.kind == SIZE_BYTES &&
		    __builtin_add_overflow(bytes, job->volumes[i].size.bytes, &bytes))
			return UINT64_MAX;
	return bytes;
}

/* The machine's own plan is exact; what can't fit at all is told before anything is created. */
static void check_space(struct compile *c, const struct migration_vm *vm, const struct job *job)
{
	char needed[32], given[32];
	uint64_t bytes = 0;

	for (size_t i = 0; i < vm->machine.disks.count; i++)
		bytes += vm->machine.disks.item[i];
	if (job_bytes(job) > bytes)
		reader_refuse(&c->r, ERR_JOB_CONFLICT, path_to(&c->r, vm->json_path, "disks"),
			      "%s in all are refused: /boot and the volumes of %s take %s",
			      size_text(bytes, given), vm->name, size_text(job_bytes(job), needed));
}

static void check_one(struct compile *c, struct refusals *refusals, const struct migration_vm *vm)
{
	char *text = json_dumps(vm->job, JSON_INDENT(2));
	struct arena arena = {0};
	struct err_list errors = {0};
	struct job job;

	if (!text)
		reader_refuse(&c->r, ERR_MEMORY, vm->json_path, "no memory for its job");
	else if (job_parse(&job, text, strlen(text), &arena, &errors) == 0) {
		check_space(c, vm, &job);
		compile_check_facts(c, vm, &job, &errors);
	}
	for (size_t i = 0; i < errors.count; i++)
		add(c, refusals, vm, &errors.item[i]);
	err_list_free(&errors);
	arena_free(&arena);
	free(text);
}

static void append_count(struct err *err, size_t more)
{
	const size_t used = strlen(err->msg);

	if (more)
		snprintf(err->msg + used, sizeof(err->msg) - used, " (in %zu more VMs, too)", more);
}

void compile_check_jobs(struct compile *c)
{
	struct refusals *refusals = arena_alloc(c->r.arena, sizeof(*refusals));

	refusals->before = c->r.errors->count;
	for (size_t i = 0; i < c->migration->vm_count; i++)
		if (c->migration->vms[i].sound)
			check_one(c, refusals, &c->migration->vms[i]);
	for (size_t i = 0; i < refusals->count; i++)
		append_count(&c->r.errors->item[refusals->item[i].at], refusals->item[i].more);
}
