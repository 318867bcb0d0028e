#include "migration/tables.h"

#include "job/form.h"
#include "job/rows.h"
#include "job/values.h"
#include "migration/check.h"
#include "migration/forms.h"
#include "migration/migration.h"
#include "migration/values.h"
#include "util/limits.h"

_Static_assert(sizeof(enum migration_role) == sizeof(unsigned), "read_enum() stores an unsigned");

/* clang-format off */
#define MEBIBYTES(n) ((int64_t)(n) << 20)

const char *const migration_role_names[] = {
	[ROLE_OTHER] = "other",
	[ROLE_APP] = "app",
	[ROLE_DB_MASTER] = "db-master",
	[ROLE_DB_REPLICA] = "db-replica",
	[ROLE_NFS_SERVER] = "nfs-server",
};

const char *const migration_engine_names[] = {
	[ENGINE_MYSQL] = "mysql",
	[ENGINE_POSTGRESQL] = "postgresql",
};

static const struct field configuration_fields[] = {
	{.key = "macs", .read = read_mac_range, AT(migration, macs)},
	{.key = "addresses", .read = read_address_range, AT(migration, addresses)},
};

static const struct object configuration_object = {
	.what = "configuration",
	FIELDS(configuration_fields),
	.path_offset = NO_PATH,
};

/* Not required here: a VM may give the one, and a package it uses the other. */
static const struct field root_fields[] = {
	{.key = "url", .read = read_unused, .form = &form_source},
	{.key = "sha256", .read = read_hash},
};

static const struct object root_object = {
	.what = "the root archive",
	FIELDS(root_fields),
	.path_offset = NO_PATH,
};

static const struct field puppet_fields[] = {
	{.key = "server", .read = read_unused, .form = &form_domain},
	{.key = "certname", .read = read_unused, .form = &form_certname},
	{.key = "held", .read = read_truth},
};

static const struct object puppet_object = {
	.what = "puppet",
	FIELDS(puppet_fields),
	.path_offset = NO_PATH,
};

/* As a job's, and nothing is required: a package gives the key, and a VM that uses it the host. */
static const struct field login_fields[] = {
	{.key = "host", .read = read_text, AT(job_ssh, host), .form = &form_host},
	{.key = "port", .read = read_whole, AT(job_ssh, port), .min = 1, .max = 65535},
	{.key = "user", .read = read_text, AT(job_ssh, user), .form = &form_ssh_user},
	{.key = "key", .read = read_text, AT(job_ssh, key), .form = &form_private_key, .quiet = true},
	{.key = "key_file", .read = read_text, AT(job_ssh, key_file), .form = &form_key_file},
	{.key = "host_key", .read = read_text, AT(job_ssh, host_key), .form = &form_host_key},
};

static const struct object login_object = {
	.what = "an ssh login",
	FIELDS(login_fields),
	.size = sizeof(struct job_ssh),
	.path_offset = offsetof(struct job_ssh, json_path),
};

/* What packages and VMs have in common. */
#define MACHINE_FIELDS(type)                                                                        \
	{.key = "use", .read = read_texts, AT(type, machine.use), .form = &form_group_name,            \
	 .max = MIGRATION_USE_MAX},                                                                 \
	{.key = "data_center", .read = read_text, AT(type, machine.data_center),                    \
	 .form = &form_label_text},                                                                 \
	{.key = "network", .read = read_text, AT(type, machine.network), .form = &form_label_text}, \
	{.key = "cpus", .read = read_whole, AT(type, machine.cpus), .min = 1,                       \
	 .max = MIGRATION_CPUS_MAX},                                                                \
	{.key = "memory", .read = read_mebibytes, AT(type, machine.memory),                         \
	 .min = MEBIBYTES(MIGRATION_MEMORY_MIN_MIB), .max = MEBIBYTES(MIGRATION_MEMORY_MAX_MIB)},   \
	{.key = "disks", .read = read_disk_sizes, AT(type, machine.disks),                         \
	 .min = MEBIBYTES(MIGRATION_DISK_MIN_MIB), .max = MEBIBYTES(MIGRATION_DISK_MAX_MIB)},       \
	{.key = "root", .read = read_object, .object = &root_object},                               \
	{.key = "quarantine", .read = read_unused_list, .form = &form_network},                       \
	{.key = "puppet", .read = read_object, .object = &puppet_object},                           \
	{.key = "parameters", .read = read_text, AT(type, machine.parameters),                      \
	 .form = &form_parameters},                                                                 \
	{.key = "ssh", .read = read_object, AT(type, machine.ssh), .object = &login_object},        \
	{.key = "sync", .read = read_any_object},                                                   \
	{.key = "snapshots", .read = read_any_object},                                              \
	{.key = "job", .read = read_any_object},

static const struct field package_fields[] = {
	MACHINE_FIELDS(migration_package)
};

static const struct object package_object = {
	.what = "a package",
	FIELDS(package_fields),
	.size = sizeof(struct migration_package),
	.path_offset = offsetof(struct migration_package, json_path),
};

static const struct field dump_fields[] = {
	{.key = "database", .read = read_text, AT(migration_dump, database), .form = &form_database,
	 .required = true},
	{.key = "url", .read = read_text, AT(migration_dump, url), .form = &form_source,
	 .required = true},
	{.key = "sha256", .read = read_hash},
	{.key = "end_mark", .read = read_truth},
};

static const struct object dump_object = {
	.what = "a dump",
	FIELDS(dump_fields),
	.size = sizeof(struct migration_dump),
	.path_offset = offsetof(struct migration_dump, json_path),
	.check = migration_check_source,
};

static const struct field public_fields[] = {
	{.key = "names", .read = read_texts, AT(migration_public, names), .form = &form_domain,
	 .required = true},
	{.key = "old", .read = read_text, AT(migration_public, old), .form = &form_address,
	 .required = true},
	{.key = "new", .read = read_text, AT(migration_public, now), .form = &form_address},
};

static const struct object public_object = {
	.what = "a public address",
	FIELDS(public_fields),
	.size = sizeof(struct migration_public),
	.path_offset = offsetof(struct migration_public, json_path),
	.check = migration_check_public,
};

static const struct field vm_fields[] = {
	{.key = "name", .read = read_text, AT(migration_vm, name), .form = &form_group_name,
	 .required = true},
	{.key = "role", .read = read_enum, AT(migration_vm, role), .names = migration_role_names,
	 .max = ROLES - 1, .fallback = "\"other\""},
	{.key = "master", .read = read_text, AT(migration_vm, master), .form = &form_group_name},
	{.key = "mac", .read = read_mac, AT(migration_vm, mac), .form = &form_mac},
	{.key = "address", .read = read_text, AT(migration_vm, address), .form = &form_ipv4},
	MACHINE_FIELDS(migration_vm)
	{.key = "engine", .read = read_enum, AT(migration_vm, engine),
	 .names = migration_engine_names, .max = ENGINES - 1, .fallback = "\"mysql\""},
	{.key = "dumps", .read = read_objects, LIST(migration_vm, dumps, dump_count),
	 .object = &dump_object},
	{.key = "source", .read = read_any_object},
	{.key = "old_addresses", .read = read_unused_list, .form = &form_address},
	{.key = "public", .read = read_objects, LIST(migration_vm, public, public_count),
	 .object = &public_object, .max = MIGRATION_PUBLIC_MAX},
};

const struct object migration_vm_object = {
	.what = "a VM",
	FIELDS(vm_fields),
	.size = sizeof(struct migration_vm),
	.path_offset = offsetof(struct migration_vm, json_path),
	.check = migration_check_vm,
};

static const struct field source_file_fields[] = {
	{.key = "url", .read = read_unused, .form = &form_source, .required = true},
	{.key = "sha256", .read = read_hash},
};

static const struct object source_file_object = {
	.what = "an archive",
	FIELDS(source_file_fields),
	.path_offset = NO_PATH,
	.check = migration_check_source,
};

static const struct field shared_fields[] = {
	{.key = "name", .read = read_text, AT(migration_shared, name), .form = &form_lv_name,
	 .required = true},
	{.key = "size", .read = read_unused_size, .required = true},
	{.key = "snapshot", .read = read_unused_size},
	{.key = "mount", .read = read_text, AT(migration_shared, mount), .form = &form_mount,
	 .required = true},
	{.key = "clients", .read = read_texts, AT(migration_shared, clients), .form = &form_group_name,
	 .required = true},
	{.key = "server", .read = read_text, AT(migration_shared, server), .form = &form_group_name},
	{.key = "archive", .read = read_object, .object = &source_file_object},
};

static const struct object shared_object = {
	.what = "a shared filesystem",
	FIELDS(shared_fields),
	.size = sizeof(struct migration_shared),
	.path_offset = offsetof(struct migration_shared, json_path),
	.check = migration_check_shared,
};

static const struct field document_fields[] = {
	{.key = "newroot_migration", .read = read_document_version, .required = true},
	{.key = "$schema", .read = read_unused, .form = &form_document_schema},
	{.key = "group", .read = read_text, AT(migration, group), .form = &form_group_name,
	 .required = true},
	{.key = "configuration", .read = read_object, .object = &configuration_object},
	{.key = "defaults", .read = read_packages, LIST(migration, packages, package_count),
	 .object = &package_object},
	{.key = "vms", .read = read_objects, LIST(migration, vms, vm_count),
	 .object = &migration_vm_object, .required = true, .max = MIGRATION_VMS_MAX},
	{.key = "shared", .read = read_objects, LIST(migration, shared, shared_count),
	 .object = &shared_object},
};

const struct object migration_object = {
	.what = "a migration document",
	FIELDS(document_fields),
	.size = sizeof(struct migration),
	.path_offset = NO_PATH,
	.check = migration_check_migration,
};
