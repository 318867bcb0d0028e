#include "migration/check.h"

#include <string.h>

#include "job/check.h"
#include "migration/forms.h"

static bool has(const struct value *v, const char *key)
{
	return json_object_get(v->json, key) != NULL;
}

/* An empty list where one is needed. */
static void refuse_empty(struct reader *r, const struct value *v, const char *key, size_t count,
			 const char *accepted)
{
	const char *path = path_to(r, v->path, key);

	if (count == 0 && has(v, key) && !refused_below(r, path))
		reader_refuse(r, ERR_JOB_VALUE, path, "an empty list is refused; accepted is %s",
			      accepted);
}

/* The sums of this service's own archives can be found. */
void migration_check_source(struct reader *r, const struct value *v, void *to)
{
	const char *url = json_string_value(json_object_get(v->json, "url"));

	(void)to;
	if (url && !is_own_archive(url) && !has(v, "sha256"))
		reader_refuse(
			r, ERR_JOB_MISSING_KEY, path_to(r, v->path, "sha256"),
			"\"%s\" needs the key \"sha256\": the service takes the sums of its own archives only",
			url);
}

void migration_check_public(struct reader *r, const struct value *v, void *to)
{
	const struct migration_public *public = to;

	refuse_empty(r, v, "names", public->names.count, "at least one name");
}

void migration_check_shared(struct reader *r, const struct value *v, void *to)
{
	struct migration_shared *shared = to;
	struct unique *client = arena_array(r->arena, shared->clients.count + 1, sizeof(*client));

	shared->json = v->json;
	refuse_empty(r, v, "clients", shared->clients.count, "at least one VM of the group");
	for (size_t i = 0; i < shared->clients.count; i++)
		client[i] = (struct unique){
			shared->clients.item[i],
			arena_printf(r->arena, "%s/clients/%zu", v->path, i),
		};
	check_unique(r, "client", client, shared->clients.count);
}

static void check_databases(struct reader *r, const struct value *v, const struct migration_vm *vm)
{
	struct unique *item = arena_array(r->arena, vm->dump_count + 1, sizeof(*item));

	for (size_t i = 0; i < vm->dump_count; i++)
		item[i] = (struct unique){
			vm->dumps[i].database,
			arena_printf(r->arena, "%s/dumps/%zu/database", v->path, i),
		};
	check_unique(r, "database of a VM", item, vm->dump_count);
}

void migration_check_vm(struct reader *r, const struct value *v, void *to)
{
	struct migration_vm *vm = to;
	const char *role = path_to(r, v->path, "role");

	vm->engine_given = has(v, "engine");
	check_databases(r, v, vm);
	if (refused_below(r, role))
		return;
	if (vm->role == ROLE_DB_REPLICA && !has(v, "master"))
		reader_refuse(r, ERR_JOB_MISSING_KEY, path_to(r, v->path, "master"),
			      "a db-replica needs the key \"master\": the VM it replicates");
	if (vm->role != ROLE_DB_REPLICA && vm->master)
		reader_refuse(
			r, ERR_JOB_CONFLICT, path_to(r, v->path, "master"),
			"\"%s\" is refused: the role is %s; accepted is a master for a db-replica only",
			vm->master, migration_role_name(vm->role));
}

/* A name that was refused may be the one that is looked for. */
static bool all_named(const struct migration *migration)
{
	for (size_t i = 0; i < migration->vm_count; i++)
		if (!migration->vms[i].name)
			return false;
	return migration->vm_count > 0;
}

static void check_master(struct reader *r, const struct migration *migration,
			 const struct migration_vm *vm)
{
	const char *path = path_to(r, vm->json_path, "master");
	const struct migration_vm *master = migration_find(migration, vm->master);

	if (!master)
		reader_refuse(
			r, ERR_JOB_VALUE, path,
			"\"%s\" is refused: there is no such VM in this document; accepted is the name of a db-master",
			vm->master);
	else if (master->role != ROLE_DB_MASTER &&
		 !refused_below(r, path_to(r, master->json_path, "role")))
		reader_refuse(
			r, ERR_JOB_CONFLICT, path,
			"\"%s\" is refused: its role is %s; accepted is the name of a db-master",
			vm->master, migration_role_name(master->role));
}

static void check_known(struct reader *r, const struct migration *migration, const char *name,
			const char *path)
{
	if (all_named(migration) && !migration_find(migration, name))
		reader_refuse(r, ERR_JOB_VALUE, path,
			      "\"%s\" is refused: there is no such VM in this document", name);
}

static void check_all_shared(struct reader *r, const struct migration *migration)
{
	struct unique *name = arena_array(r->arena, migration->shared_count + 1, sizeof(*name));

	for (size_t i = 0; i < migration->shared_count; i++) {
		const struct migration_shared *shared = &migration->shared[i];

		if (!shared->json_path)
			continue;
		name[i] = (struct unique){shared->name, path_to(r, shared->json_path, "name")};
		if (shared->server)
			check_known(r, migration, shared->server,
				    path_to(r, shared->json_path, "server"));
		for (size_t c = 0; c < shared->clients.count; c++)
			check_known(r, migration, shared->clients.item[c],
				    arena_printf(r->arena, "%s/clients/%zu", shared->json_path, c));
	}
	check_unique(r, "shared filesystem's name", name, migration->shared_count);
}

/* What each VM must have for itself. */
static void check_own(struct reader *r, const struct migration *migration)
{
	const size_t n = migration->vm_count;
	struct unique *name = arena_array(r->arena, n + 1, sizeof(*name));
	struct unique *mac = arena_array(r->arena, n + 1, sizeof(*mac));
	struct unique *address = arena_array(r->arena, n + 1, sizeof(*address));

	for (size_t i = 0; i < n; i++) {
		const struct migration_vm *vm = &migration->vms[i];

		if (!vm->json_path)
			continue;
		name[i] = (struct unique){vm->name, path_to(r, vm->json_path, "name")};
		mac[i] = (struct unique){vm->mac, path_to(r, vm->json_path, "mac")};
		address[i] = (struct unique){vm->address, path_to(r, vm->json_path, "address")};
		if (vm->master)
			check_master(r, migration, vm);
	}
	check_unique(r, "VM's name", name, n);
	check_unique(r, "MAC address", mac, n);
	check_unique(r, "address in configuration mode", address, n);
}

static void check_old_addresses(struct reader *r, const struct migration *migration)
{
	struct unique *old;
	size_t count = 0, used = 0;

	for (size_t i = 0; i < migration->vm_count; i++)
		count += migration->vms[i].public_count;
	old = arena_array(r->arena, count + 1, sizeof(*old));
	for (size_t i = 0; i < migration->vm_count; i++) {
		const struct migration_vm *vm = &migration->vms[i];

		for (size_t p = 0; p < vm->public_count; p++)
			old[used++] = (struct unique){
				vm->public[p].old,
				arena_printf(r->arena, "%s/public/%zu/old", vm->json_path, p),
			};
	}
	check_unique(r, "old address", old, used);
}

void migration_check_migration(struct reader *r, const struct value *v, void *to)
{
	struct migration *migration = to;

	migration_index(migration, r->arena);
	refuse_empty(r, v, "vms", migration->vm_count, "at least one VM");
	migration_check_packages(r, migration);
	check_own(r, migration);
	check_old_addresses(r, migration);
	check_all_shared(r, migration);
}
