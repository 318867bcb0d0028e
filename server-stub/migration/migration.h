/*
 * The migration document: what an operator writes about a group of VMs, parsed once into structs. docs/migration.md
 * explains every key, docs/migration.schema.json is the schema.
 *
 * Its tables are of the job's own kind (job/reader.h), and a VM's values are read twice: as they stand in the VM
 * and its packages, where every error has its place, and again merged, as they hold for the VM.
 */
#ifndef SERVER_MIGRATION_MIGRATION_H
#define SERVER_MIGRATION_MIGRATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "job/job.h"

enum migration_role {
	ROLE_OTHER,
	ROLE_APP,
	ROLE_DB_MASTER,
	ROLE_DB_REPLICA,
	ROLE_NFS_SERVER,
	ROLES,
};

enum migration_engine { ENGINE_MYSQL, ENGINE_POSTGRESQL, ENGINES };

/* MACs or IPv4 addresses as numbers, both ends included; all 0: not given. */
struct migration_range {
	uint64_t first, last;
};

struct migration_sizes {
	uint64_t *item; /* bytes */
	size_t count;
};

/* What packages may give their VMs; absent values are 0 or NULL. */
struct migration_machine {
	struct strings use; /* names of packages, merged from left to right */
	const char *data_center, *network;
	uint32_t cpus;
	uint64_t memory; /* bytes */
	struct migration_sizes disks;
	const char *parameters; /* of the boot entry */
	struct job_ssh ssh;     /* on the old machine; any of its members may be missing */
};

struct migration_package {
	const char *json_path, *name;
	struct migration_machine machine;
	const json_t *json; /* the document's */
};

struct migration_dump {
	const char *json_path, *database, *url;
};

struct migration_public {
	const char *json_path;
	struct strings names;
	const char *old, *now; /* addresses; `now` NULL: the VM's own final one */
};

struct migration_vm {
	const char *json_path;
	const char *name, *master; /* master NULL: none */
	enum migration_role role;
	enum migration_engine engine;
	bool engine_given;
	const char *mac, *address; /* of configuration mode; NULL: from the pools */
	struct migration_machine machine;
	struct migration_dump *dumps;
	size_t dump_count;
	struct migration_public *public;
	size_t public_count;

	bool sound;     /* nothing in it or in a package of its was refused: it can be compiled */
	json_t *merged; /* the packages it uses and its own keys; the VM's own reference */

	/* By migration_compile(), the VM's own references. */
	json_t *job;
	json_t *spec; /* what creators and the cutover need */
	struct migration_final *finals;
	size_t final_count;
};

/* An address of a VM on its final network, canonical. */
struct migration_final {
	const char *address, *path;
};

struct migration_shared {
	const char *json_path;
	const char *name;   /* LV name */
	const char *mount;  /* on the server and on all clients */
	const char *server; /* NULL: chosen by rule */
	struct strings clients;
	const json_t *json; /* the document's */
};

struct migration {
	const char *group;
	struct migration_range macs, addresses;
	struct migration_package *packages;
	size_t package_count;
	struct migration_vm *vms; /* in the order of the document */
	size_t vm_count;
	struct migration_vm **by_name; /* those that have a name, for migration_find() */
	size_t named;
	struct migration_shared *shared;
	size_t shared_count;
	json_t *json; /* the whole */
};

/*
 * Parse `text` by every rule that needs neither the store nor the job's rules. All errors are added; 0 only when there are
 * none. `migration` is the caller's to migration_free() in both cases, before the arena.
 */
int migration_parse(struct migration *migration, const char *text, size_t size, struct arena *arena,
		    struct err_list *errors);
void migration_free(struct migration *migration);

/* What migration_find() looks in; by migration_parse(), once the VMs are read. */
void migration_index(struct migration *migration, struct arena *arena);
/* The VM of this name, the first one of several, or NULL. */
struct migration_vm *migration_find(const struct migration *migration, const char *name);

const char *migration_role_name(enum migration_role role); /* "db-master" */
const char *migration_engine_name(enum migration_engine engine);

#endif
