/* Filesystems that several VMs shared on the old platform: one of them gets a volume and serves it by NFS. */
#include "migration/compile.h"

#include <string.h>

static struct migration_vm *client_of(const struct migration *migration,
				      const struct migration_shared *shared, size_t i)
{
	return migration_find(migration, shared->clients.item[i]);
}

static struct migration_vm *first_of_role(const struct migration *migration,
					  enum migration_role role)
{
	for (size_t i = 0; i < migration->vm_count; i++)
		if (migration->vms[i].role == role)
			return &migration->vms[i];
	return NULL;
}

/* Ties go to the VM that is first in the document, whatever the order of the clients. */
static struct migration_vm *largest_client(const struct migration *migration,
					   const struct migration_shared *shared)
{
	struct migration_vm *largest = client_of(migration, shared, 0);

	for (size_t i = 1; i < shared->clients.count; i++) {
		struct migration_vm *vm = client_of(migration, shared, i);

		if (vm->machine.memory > largest->machine.memory ||
		    (vm->machine.memory == largest->machine.memory && vm < largest))
			largest = vm;
	}
	return largest;
}

static struct migration_vm *choose_server(const struct migration *migration,
					  const struct migration_shared *shared)
{
	struct migration_vm *server = shared->server ? migration_find(migration, shared->server)
						     : first_of_role(migration, ROLE_NFS_SERVER);

	return server ? server : largest_client(migration, shared);
}

/* The volume on the server, and what is unpacked into it. */
static void add_volume(struct compile *c, const struct migration_shared *shared,
		       struct migration_vm *server)
{
	const json_t *archive = json_object_get(shared->json, "archive");
	json_t *volumes = compile_list(c, server->job, "volumes");
	json_t *archives = archive ? compile_list(c, server->job, "archives") : NULL;

	if (volumes)
		compile_append(c, volumes,
			       json_pack("{s:s, s:O, s:s, s:O*}", "name", shared->name, "size",
					 json_object_get(shared->json, "size"), "mount",
					 shared->mount, "snapshot",
					 json_object_get(shared->json, "snapshot")));
	if (archives)
		compile_append(c, archives,
			       json_pack("{s:s, s:O, s:O*}", "to", shared->mount, "url",
					 json_object_get(archive, "url"), "sha256",
					 json_object_get(archive, "sha256")));
}

static void add_mount(struct compile *c, const struct migration_shared *shared, const char *address,
		      struct migration_vm *client)
{
	const bool v6 = strchr(address, ':');
	json_t *nfs = compile_object(c, client->job, "nfs");
	json_t *mounts = nfs ? compile_list(c, nfs, "mounts") : NULL;
	const char *from = arena_printf(c->r.arena, "%s%s%s:%s", v6 ? "[" : "", address,
					v6 ? "]" : "", shared->mount);

	if (mounts)
		compile_append(c, mounts,
			       json_pack("{s:s, s:s}", "from", from, "to", shared->mount));
}

/* All the client's addresses: whichever it comes from, it is served. */
static void add_client(struct compile *c, json_t *clients, const struct migration_vm *client)
{
	for (size_t i = 0; i < client->final_count; i++)
		compile_append(c, clients, json_string(client->finals[i].address));
}

static void connect(struct compile *c, const struct migration_shared *shared, size_t i,
		    const struct migration_vm *server, json_t *clients)
{
	struct migration_vm *client = client_of(c->migration, shared, i);
	const char *address = compile_address(server, client);

	if (client == server)
		return;
	if (!address) {
		reader_refuse(
			&c->r, ERR_JOB_CONFLICT,
			arena_printf(c->r.arena, "%s/clients/%zu", shared->json_path, i),
			"%s is refused: it and its NFS server %s need final addresses of one "
			"family in their interfaces; DHCP has none that could be written down",
			client->name, server->name);
		return;
	}
	add_mount(c, shared, address, client);
	add_client(c, clients, client);
}

static bool all_sound(const struct migration *migration, const struct migration_shared *shared)
{
	for (size_t i = 0; i < shared->clients.count; i++) {
		const struct migration_vm *vm = client_of(migration, shared, i);

		if (!vm || !vm->sound)
			return false;
	}
	return shared->clients.count > 0;
}

static void share(struct compile *c, const struct migration_shared *shared)
{
	struct migration_vm *server;
	json_t *nfs, *exports, *clients;

	if (!all_sound(c->migration, shared))
		return;
	server = choose_server(c->migration, shared);
	if (!server->sound)
		return;
	add_volume(c, shared, server);
	clients = json_array();
	for (size_t i = 0; i < shared->clients.count; i++)
		connect(c, shared, i, server, clients);
	nfs = json_array_size(clients) ? compile_object(c, server->job, "nfs") : NULL;
	exports = nfs ? compile_list(c, nfs, "exports") : NULL;
	if (exports)
		compile_append(c, exports,
			       json_pack("{s:s, s:O}", "path", shared->mount, "clients", clients));
	json_decref(clients);
}

void compile_shared(struct compile *c)
{
	if (refused_below(&c->r, "/shared"))
		return;
	for (size_t i = 0; i < c->migration->shared_count; i++)
		share(c, &c->migration->shared[i]);
}
