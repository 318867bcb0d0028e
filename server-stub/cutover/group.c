#include "cutover/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cutover/order.h"
#include "util/terminal_text.h"

struct reading {
	struct cutover_group *group;
	struct store *store;
	bool names;    /* public ones are wanted */
	int64_t alone; /* this VM and no other; 0: the group */
	bool failed;   /* out of memory */
	struct err *err;
};

static void add_vm(void *arg, const struct vm *vm)
{
	struct reading *reading = arg;
	struct cutover_group *group = reading->group;
	struct cutover_vm *grown;

	if (reading->failed ||
	    (reading->alone ? vm->id != reading->alone : strcmp(vm->group, group->name) != 0))
		return;
	grown = reallocarray(group->vm, group->count + 1, sizeof(*grown));
	if (!grown) {
		reading->failed = true;
		return;
	}
	group->vm = grown;
	grown += group->count++;
	memset(grown, 0, sizeof(*grown));
	grown->vm = *vm;
}

static int find_vms(struct reading *reading)
{
	const char *name = reading->group->name;

	if (store_vm_each(reading->store, add_vm, reading, reading->err) < 0)
		return -1;
	if (reading->failed)
		return err_set(reading->err, ERR_MEMORY, name, "no memory for its VMs");
	if (!reading->group->count)
		return err_set(reading->err, ERR_SERVICE_VM, name,
			       "there is no VM in a group of this name");
	return 0;
}

/* "cron, exim4", malloc'ed; NULL without memory. */
static char *join_names(const json_t *names)
{
	const json_t *name;
	char *text = NULL;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	json_array_foreach(names, i, name)
	{
		char clean[VM_NAME_MAX + 1];

		terminal_clean(clean, sizeof(clean), json_string_value(name) ?: "", false);
		fprintf(out, "%s%s", i ? ", " : "", clean);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static bool has_snapshot(const json_t *job)
{
	const json_t *volumes = json_object_get(job, "volumes"), *volume;
	size_t i;

	json_array_foreach(volumes, i, volume)
	{
		if (json_object_get(volume, "snapshot"))
			return true;
	}
	return false;
}

static int describe(struct cutover_vm *vm, const json_t *job, struct err *err)
{
	const json_t *nfs = json_object_get(job, "nfs"),
		     *services = json_object_get(job, "services");

	vm->serves_nfs = json_array_size(json_object_get(nfs, "exports")) > 0;
	vm->quarantine = json_is_object(json_object_get(job, "quarantine"));
	vm->puppet = json_is_object(json_object_get(job, "puppet"));
	vm->migrating = cutover_is_migrating(job);
	vm->resets = has_snapshot(job);
	vm->syncs = json_is_object(json_object_get(job, "sync"));
	vm->follows = json_is_object(json_object_get(json_object_get(job, "databases"), "source"));
	vm->disabled = join_names(json_object_get(services, "disable"));
	return vm->disabled ? 0
			    : err_set(err, ERR_MEMORY, vm->vm.name, "no memory for its services");
}

/* An object from text of the store, a new reference; "" is an empty one. */
static json_t *parse(const char *text, const char *vm, struct err *err)
{
	json_error_t error;
	json_t *value = text[0] ? json_loads(text, 0, &error) : json_object();

	if (!value)
		err_set(err, ERR_SERVICE_STORE, vm, "what the store has of it is no JSON");
	return value;
}

static int read_spec(struct reading *reading, const struct vm *vm)
{
	char *text = NULL;
	json_t *spec = NULL;
	int ret = -1;

	if (store_vm_spec(reading->store, vm->id, &text, reading->err) == 0)
		spec = parse(text, vm->name, reading->err);
	if (spec)
		ret = public_add(&reading->group->public, vm, spec, reading->err);
	json_decref(spec);
	free(text);
	return ret;
}

static json_t *read_job(struct reading *reading, struct cutover_vm *vm)
{
	char *text = NULL;
	json_t *job = NULL;

	if (store_vm_job(reading->store, vm->vm.id, &text, reading->err) == 0)
		job = parse(text, vm->vm.name, reading->err);
	free(text);
	if (!job || describe(vm, job, reading->err) == 0)
		return job;
	json_decref(job);
	return NULL;
}

/* Specs and jobs, then the order they give. */
static int read_all(struct reading *reading, json_t **job)
{
	struct cutover_group *group = reading->group;

	for (size_t i = 0; i < group->count; i++) {
		job[i] = read_job(reading, &group->vm[i]);
		if (!job[i] || (reading->names && read_spec(reading, &group->vm[i].vm) < 0))
			return -1;
	}
	return cutover_order(group->vm, job, group->count, reading->err);
}

static int load(struct reading *reading)
{
	struct cutover_group *group = reading->group;
	json_t **job;
	int ret;

	if (find_vms(reading) < 0)
		return -1;
	job = calloc(group->count, sizeof(json_t *));
	if (!job)
		return err_set(reading->err, ERR_MEMORY, group->name, "no memory for its jobs");
	ret = read_all(reading, job);
	for (size_t i = 0; i < group->count; i++)
		json_decref(job[i]);
	free(job);
	return ret;
}

int cutover_group_load(struct cutover_group *group, struct store *store, const char *name,
		       struct err *err)
{
	struct reading reading = {.group = group, .store = store, .names = true, .err = err};

	*group = (struct cutover_group){.name = name};
	return load(&reading);
}

int cutover_group_load_order(struct cutover_group *group, struct store *store, const struct vm *vm,
			     struct err *err)
{
	struct reading reading = {
		.group = group, .store = store, .alone = vm->group[0] ? 0 : vm->id, .err = err};

	*group = (struct cutover_group){.name = vm->group};
	if (load(&reading) < 0)
		return -1;
	group->name = "";
	return 0;
}

void cutover_group_free(struct cutover_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		free(group->vm[i].disabled);
	free(group->vm);
	public_free(&group->public);
	*group = (struct cutover_group){0};
}
