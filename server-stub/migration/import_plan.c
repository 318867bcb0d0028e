#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migration/archives_there.h"
#include "migration/import.h"
#include "job/size.h"
#include "vm/secrets_in.h"

struct plan {
	struct import *import;
	struct reader r;
	struct store *store;
	const struct data *data;
	const struct settings *settings;
	int64_t steady_ms;
	size_t room;     /* of import->known */
	json_t *retired; /* MACs */
	bool no_memory;
};

static void add_known(void *arg, const struct vm *vm)
{
	struct plan *p = arg;
	struct import *import = p->import;

	if (import->known_count == p->room) {
		const size_t room = p->room ? 2 * p->room : 64;
		struct known *grown = reallocarray(import->known, room, sizeof(*grown));

		p->no_memory |= !grown;
		if (!grown)
			return;
		import->known = grown;
		p->room = room;
	}
	import->known[import->known_count++] = (struct known){.vm = *vm};
}

static void refuse_name(struct plan *p, const struct migration_vm *wanted, const struct vm *vm)
{
	reader_refuse(&p->r, ERR_SERVICE_VM, path_to(&p->r, wanted->json_path, "name"),
		      "\"%s\" is refused: there is a VM of this name %s%s already", vm->name,
		      vm->group[0] ? "in the group " : "that is in no group", vm->group);
}

static void look_up(struct plan *p, struct known *known)
{
	const struct migration *migration = &p->import->migration;
	struct migration_vm *wanted = migration_find(migration, known->vm.name);
	const bool ours = migration->group && !strcmp(known->vm.group, migration->group);

	if (wanted && !ours)
		refuse_name(p, wanted, &known->vm);
	known->made = import_is_made(&known->vm, p->steady_ms);
	known->stays = ours ? wanted : NULL;
	known->goes = ours && !wanted && known->vm.imported && !known->made;
}

static void add_retired(void *arg, const char *mac)
{
	struct plan *p = arg;

	p->no_memory |= json_object_set_new(p->retired, mac, json_true()) < 0;
}

/* What is known of a VM of the document, by its place there. */
static void index_known(struct import *import)
{
	const struct migration *migration = &import->migration;

	import->stands =
		arena_array(&import->arena, migration->vm_count + 1, sizeof(*import->stands));
	for (size_t i = 0; i < import->known_count; i++)
		if (import->known[i].stays)
			import->stands[import->known[i].stays - migration->vms] = &import->known[i];
}

static int read_known(struct plan *p, struct err *err)
{
	int64_t count;

	if (store_vm_count(p->store, &count, &p->import->version, err) < 0)
		return -1;
	if (store_vm_each(p->store, add_known, p, err) < 0 ||
	    store_mac_each_retired(p->store, add_retired, p, err) < 0)
		return -1;
	if (p->no_memory)
		return err_set(err, ERR_MEMORY, "store", "no memory for its VMs");
	for (size_t i = 0; i < p->import->known_count; i++)
		look_up(p, &p->import->known[i]);
	index_known(p->import);
	return 0;
}

/* All that a document says of a VM, as one value; NULL without memory. `spec` and `job` are taken over. */
static json_t *view(const char *role, const char *master, const char *mac, const char *address,
		    const char *parameters, json_t *spec, json_t *job)
{
	json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s}", "role", role, "master", master, "mac",
				mac, "address", address, "parameters", parameters);

	if (json_object_update_new(all, spec) == 0 && json_object_set_new(all, "job", job) == 0)
		return all;
	json_decref(all);
	return NULL;
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static json_t *view_wanted(const struct migration_vm *vm)
{
	return view(migration_role_name(vm->role), text_of(vm->master), text_of(vm->mac),
		    text_of(vm->address), text_of(vm->machine.parameters), json_copy(vm->spec),
		    json_incref(vm->job));
}

/* A VM that was added by hand has no spec. */
static json_t *load(char *text)
{
	json_t *json = text[0] ? json_loads(text, 0, NULL) : json_object();

	free(text);
	return json;
}

static int view_known(struct plan *p, const struct vm *vm, json_t **all, struct err *err)
{
	char *job, *spec;

	if (store_vm_job(p->store, vm->id, &job, err) < 0)
		return -1;
	if (store_vm_spec(p->store, vm->id, &spec, err) < 0) {
		free(job);
		return -1;
	}
	*all = view(vm->role, vm->master, vm->mac, vm->address, vm->parameters, load(spec),
		    load(job));
	return 0;
}

/* As the document has it: sizes with their units. */
static const char *hardware_text(struct plan *p, const char *key, const json_t *value)
{
	const char *list = "";
	char buf[32];
	size_t i;
	const json_t *item;

	if (json_is_string(value))
		return json_string_value(value);
	if (!strcmp(key, "cpus"))
		return arena_printf(p->r.arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (json_is_integer(value))
		return arena_printf(p->r.arena, "%s",
				    size_text((uint64_t)json_integer_value(value), buf));
	json_array_foreach(value, i, item)
	{
		list = arena_printf(p->r.arena, "%s%s%s", list, i ? ", " : "",
				    size_text((uint64_t)json_integer_value(item), buf));
	}
	return list;
}

/* What a created VM can't become by a job. */
static void check_hardware(struct plan *p, const struct import_row *row, const json_t *old,
			   const json_t *now)
{
	static const char *const keys[] = {"cpus", "memory", "disks", "mac", "address"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const json_t *was = json_object_get(old, keys[i]);
		const json_t *is = json_object_get(now, keys[i]);

		if (!was || !is || json_equal(was, is))
			continue;
		reader_refuse(
			&p->r, ERR_SERVICE_STATE, path_to(&p->r, row->wanted->json_path, keys[i]),
			"%s is refused: %s is created already, with %s; accepted is that, or `cancel` and `remove` the VM and import again",
			hardware_text(p, keys[i], is), row->known->vm.name,
			hardware_text(p, keys[i], was));
	}
}

static int find_missing(struct plan *p, struct import_row *row, struct err *err)
{
	char missing[ARCHIVE_PATH_MAX + 1], text[VM_WAITING_MAX + 1];
	const int there = migration_archives_there_json(row->wanted->job, p->data, p->settings->url,
							missing, err);

	if (there == 0) {
		migration_missing_text(text, missing);
		row->missing = arena_strdup(p->r.arena, text);
	}
	return there < 0 ? -1 : 0;
}

static enum fate fate_of(const struct import_row *row)
{
	/* Its passwords are brought back for an installation that was ordered, and for nothing else. */
	if (!row->changes && !(row->known->vm.secretless && row->known->vm.armed))
		return FATE_SAME;
	if (!row->known->made || (row->known->vm.state == VM_CREATED && row->known->vm.armed))
		return FATE_REPLACE;
	return FATE_LATER;
}

/* The secrets of a job that has lost its own are no difference. */
static const struct change *compare_views(struct plan *p, const struct import_row *row,
					  const json_t *old, const json_t *now)
{
	const struct change *changes;
	json_t *clean;

	if (!row->known->vm.secretless)
		return difference(p->r.arena, old, now);
	clean = json_deep_copy(now);
	secrets_remove(clean);
	p->no_memory |= !clean;
	changes = clean ? difference(p->r.arena, old, clean) : NULL;
	json_decref(clean);
	return changes;
}

static int compare(struct plan *p, struct import_row *row, struct err *err)
{
	json_t *old, *now;

	if (view_known(p, &row->known->vm, &old, err) < 0)
		return -1;
	now = view_wanted(row->wanted);
	if (!old || !now) {
		json_decref(old);
		json_decref(now);
		return err_set(err, ERR_MEMORY, row->wanted->name, "no memory to compare it");
	}
	row->changes = compare_views(p, row, old, now);
	row->fate = fate_of(row);
	if (row->known->made)
		check_hardware(p, row, old, now);
	json_decref(old);
	json_decref(now);
	return row->fate == FATE_REPLACE && !row->known->made ? find_missing(p, row, err) : 0;
}

/* Texts are made here, before the transaction that writes them. */
static int dump(struct import_row *row, struct err *err)
{
	if (row->fate == FATE_SAME)
		return 0;
	row->job = json_dumps(row->wanted->job, JSON_INDENT(2));
	row->spec = json_dumps(row->wanted->spec, JSON_COMPACT);
	if (row->job && row->spec)
		return 0;
	return err_set(err, ERR_MEMORY, row->wanted->name, "no memory for its job");
}

static int plan_wanted(struct plan *p, const struct migration_vm *wanted, struct err *err)
{
	struct import_row *row = &p->import->row[p->import->row_count++];

	row->wanted = wanted;
	row->known = p->import->stands[wanted - p->import->migration.vms];
	row->fate = FATE_ADD;
	if ((row->known ? compare(p, row, err) : find_missing(p, row, err)) < 0)
		return -1;
	return dump(row, err);
}

static void plan_gone(struct plan *p, const struct known *known)
{
	const char *group = p->import->migration.group;

	if (known->stays || !known->vm.imported || !group || strcmp(known->vm.group, group))
		return;
	p->import->row[p->import->row_count++] = (struct import_row){
		.fate = known->goes ? FATE_REMOVE : FATE_KEEP,
		.known = known,
	};
}

static void assign(struct plan *p)
{
	const struct assign_by by = {
		.known = p->import->known,
		.count = p->import->known_count,
		.retired = p->retired,
		.settings = p->settings,
	};

	migration_assign(&p->r, &p->import->migration, &by);
}

static int plan_all(struct plan *p, struct err *err)
{
	struct import *import = p->import;
	const struct migration *migration = &import->migration;

	import->row = arena_array(&import->arena, migration->vm_count + import->known_count + 1,
				  sizeof(*import->row));
	for (size_t i = 0; i < migration->vm_count; i++)
		if (migration->vms[i].sound && plan_wanted(p, &migration->vms[i], err) < 0)
			return -1;
	for (size_t i = 0; i < import->known_count; i++)
		plan_gone(p, &import->known[i]);
	return 0;
}

int import_plan(struct import *import, struct store *store, const struct data *data,
		const struct settings *settings, int64_t steady_ms, struct err *err)
{
	struct plan p = {
		.import = import,
		.r = {.arena = &import->arena, .errors = &import->errors},
		.store = store,
		.data = data,
		.settings = settings,
		.steady_ms = steady_ms,
		.retired = json_object(),
	};
	int ret = read_known(&p, err);

	if (ret == 0) {
		assign(&p);
		ret = plan_all(&p, err);
	}
	if (ret == 0 && !import->errors.count)
		ret = secrets_remove_text(import->text, &import->document, err);
	if (ret == 0 && p.no_memory)
		ret = err_set(err, ERR_MEMORY, "import", "no memory to compare its jobs");
	json_decref(p.retired);
	return ret;
}
