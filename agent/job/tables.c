#include "job/tables.h"

#include "base/limits.h"
#include "job/check.h"
#include "job/form.h"
#include "job/job.h"
#include "job/names.h"
#include "job/rows.h"
#include "job/values.h"

_Static_assert(sizeof(enum fs_type) == sizeof(unsigned), "read_enum() stores an unsigned");

/* clang-format off */
static const struct field disk_fields[] = {
	{.key = "order", .read = read_whole, AT(job_disk, order), .max = 255},
	{.key = "min_size", .read = read_bytes, AT(job_disk, min_size)},
	{.key = "max_size", .read = read_bytes, AT(job_disk, max_size)},
	{.key = "serial", .read = read_text, AT(job_disk, serial), .form = &form_disk_id},
	{.key = "wwn", .read = read_text, AT(job_disk, wwn), .form = &form_disk_id},
	{.key = "device", .read = read_text, AT(job_disk, device), .form = &form_device},
};

static const struct object disk_object = {
	.what = "a disk",
	FIELDS(disk_fields),
	.size = sizeof(struct job_disk),
	.path_offset = offsetof(struct job_disk, json_path),
	.init = init_disk,
	.check = check_disk,
};

static const struct field disks_fields[] = {
	{.key = "boot", .read = read_object, AT(job_disks, boot), .object = &disk_object,
	 .fallback = "{\"order\": 0}"},
	{.key = "others", .read = read_others, .object = &disk_object, .fallback = "\"all\""},
};

static const struct object disks_object = {
	.what = "disks",
	FIELDS(disks_fields),
	.size = sizeof(struct job_disks),
	.path_offset = NO_PATH,
	.check = check_disks,
};

static const struct field boot_fields[] = {
	{.key = "size", .read = read_bytes, AT(job_boot_partition, size), .min = MIB(32),
	 .fallback = "\"512MiB\""},
	{.key = "fs", .read = read_enum, AT(job_boot_partition, fs), .names = fs_type_names,
	 .min = FS_EXT2, .max = FS_EXT4, .fallback = "\"ext3\""},
	{.key = "label", .read = read_text, AT(job_boot_partition, label), .form = &form_label,
	 .fallback = "\"boot\""},
};

static const struct object boot_object = {
	.what = "boot",
	FIELDS(boot_fields),
	.size = sizeof(struct job_boot_partition),
	.path_offset = NO_PATH,
};

static const struct field volume_fields[] = {
	{.key = "name", .read = read_text, AT(job_volume, name), .form = &form_lv_name,
	 .required = true},
	{.key = "size", .read = read_size, AT(job_volume, size), .required = true},
	{.key = "fs", .read = read_enum, AT(job_volume, fs), .names = fs_type_names, .min = FS_XFS,
	 .max = FS_SWAP, .fallback = "\"xfs\""},
	{.key = "mount", .read = read_text, AT(job_volume, mount), .form = &form_mount},
	{.key = "label", .read = read_text, AT(job_volume, label), .form = &form_label},
	{.key = "mkfs_options", .read = read_texts, AT(job_volume, mkfs_options),
	 .form = &form_mkfs_word, .max = 32},
	{.key = "mount_options", .read = read_text, AT(job_volume, mount_options),
	 .form = &form_mount_options},
	{.key = "snapshot", .read = read_share, AT(job_volume, snapshot)},
};

static const struct object volume_object = {
	.what = "a volume",
	FIELDS(volume_fields),
	.size = sizeof(struct job_volume),
	.path_offset = offsetof(struct job_volume, json_path),
	.check = check_volume,
};

static const struct field archive_fields[] = {
	{.key = "to", .read = read_text, AT(job_archive, to), .form = &form_archive_target,
	 .required = true},
	{.key = "url", .read = read_text, AT(job_archive, source.url), .form = &form_url,
	 .required = true},
	{.key = "sha256", .read = read_sha256, AT(job_archive, source), .required = true},
};

static const struct object archive_object = {
	.what = "an archive",
	FIELDS(archive_fields),
	.size = sizeof(struct job_archive),
	.path_offset = offsetof(struct job_archive, source.path),
	.check = check_archive,
};

static const struct field kernel_fields[] = {
	{.key = "url", .read = read_text, AT(job_kernel, source.url), .form = &form_url},
	{.key = "sha256", .read = read_sha256, AT(job_kernel, source)},
	{.key = "modules", .read = read_texts, AT(job_kernel, modules), .form = &form_module},
	{.key = "command_line", .read = read_text, AT(job_kernel, command_line),
	 .form = &form_command_line, .fallback = "\"\""},
};

static const struct object kernel_object = {
	.what = "kernel",
	FIELDS(kernel_fields),
	.size = sizeof(struct job_kernel),
	.path_offset = offsetof(struct job_kernel, source.path),
	.check = check_kernel,
};

static const struct field file_fields[] = {
	{.key = "path", .read = read_text, AT(job_file, path), .form = &form_file_path,
	 .required = true},
	{.key = "content", .read = read_content, .quiet = true},
	{.key = "content_base64", .read = read_base64, .quiet = true},
	{.key = "mode", .read = read_mode, AT(job_file, mode), .fallback = "\"0644\""},
	{.key = "owner", .read = read_text, AT(job_file, owner), .form = &form_owner,
	 .fallback = "\"root\""},
	{.key = "group", .read = read_text, AT(job_file, group), .form = &form_owner,
	 .fallback = "\"root\""},
};

static const struct object file_object = {
	.what = "a file",
	FIELDS(file_fields),
	.size = sizeof(struct job_file),
	.path_offset = offsetof(struct job_file, json_path),
	.check = check_file,
};

static const struct field quarantine_fields[] = {
	{.key = "allow", .read = read_texts, AT(job_quarantine, allow), .form = &form_network,
	 .required = true},
};

static const struct object quarantine_object = {
	.what = "quarantine",
	FIELDS(quarantine_fields),
	.size = sizeof(struct job_quarantine),
	.path_offset = NO_PATH,
	.check = check_quarantine,
};

static const struct field services_fields[] = {
	{.key = "disable", .read = read_texts, AT(job_services, disable), .form = &form_service},
	{.key = "enable", .read = read_texts, AT(job_services, enable), .form = &form_service},
};

static const struct object services_object = {
	.what = "services",
	FIELDS(services_fields),
	.size = sizeof(struct job_services),
	.path_offset = NO_PATH,
	.check = check_services,
};

static const struct field puppet_fields[] = {
	{.key = "server", .read = read_text, AT(job_puppet, server), .form = &form_domain},
	{.key = "certname", .read = read_text, AT(job_puppet, certname), .form = &form_certname},
	{.key = "held", .read = read_bool, AT(job_puppet, held), .fallback = "false"},
};

static const struct object puppet_object = {
	.what = "puppet",
	FIELDS(puppet_fields),
	.size = sizeof(struct job_puppet),
	.path_offset = NO_PATH,
	.check = check_puppet,
};

static const struct field dump_fields[] = {
	{.key = "database", .read = read_text, AT(job_dump, database), .form = &form_database,
	 .required = true},
	{.key = "url", .read = read_text, AT(job_dump, source.url), .form = &form_url,
	 .required = true},
	{.key = "sha256", .read = read_sha256, AT(job_dump, source), .required = true},
	{.key = "end_mark", .read = read_bool, AT(job_dump, end_mark), .fallback = "true"},
};

static const struct object dump_object = {
	.what = "a dump",
	FIELDS(dump_fields),
	.size = sizeof(struct job_dump),
	.path_offset = offsetof(struct job_dump, source.path),
	.check = check_dump,
};

static const struct field database_master_fields[] = {
	{.key = "name", .read = read_text, AT(job_database_master, name), .form = &form_vm_name,
	 .required = true},
	{.key = "address", .read = read_text, AT(job_database_master, address), .form = &form_host},
	{.key = "port", .read = read_whole, AT(job_database_master, port), .min = 1, .max = 65535,
	 .fallback = "3306"},
};

static const struct object database_master_object = {
	.what = "the master",
	FIELDS(database_master_fields),
	.size = sizeof(struct job_database_master),
	.path_offset = NO_PATH,
};

static const struct field database_login_fields[] = {
	{.key = "user", .read = read_text, AT(job_database_login, user), .form = &form_database_user},
	{.key = "password", .read = read_text, AT(job_database_login, password),
	 .form = &form_login_password, .quiet = true},
	{.key = "socket", .read = read_text, AT(job_database_login, socket), .form = &form_socket},
};

static const struct object database_login_object = {
	.what = "the login",
	FIELDS(database_login_fields),
	.size = sizeof(struct job_database_login),
	.path_offset = NO_PATH,
};

static const struct field replication_fields[] = {
	{.key = "user", .read = read_text, AT(job_replication, user), .form = &form_database_user,
	 .required = true},
	{.key = "password", .read = read_text, AT(job_replication, password),
	 .form = &form_replication_password, .quiet = true, .required = true},
	{.key = "limit", .read = read_seconds, AT(job_replication, limit_s), .max = 86400,
	 .fallback = "\"60min\""},
};

static const struct object replication_object = {
	.what = "replication",
	FIELDS(replication_fields),
	.size = sizeof(struct job_replication),
	.path_offset = NO_PATH,
};

static const struct field ssh_fields[] = {
	{.key = "host", .read = read_text, AT(job_ssh, host), .form = &form_host, .required = true},
	{.key = "port", .read = read_whole, AT(job_ssh, port), .min = 1, .max = 65535,
	 .fallback = "22"},
	{.key = "user", .read = read_text, AT(job_ssh, user), .form = &form_ssh_user,
	 .fallback = "\"root\""},
	{.key = "key", .read = read_text, AT(job_ssh, key), .form = &form_private_key,
	 .quiet = true},
	{.key = "key_file", .read = read_text, AT(job_ssh, key_file), .form = &form_key_file},
	{.key = "host_key", .read = read_text, AT(job_ssh, host_key), .form = &form_host_key,
	 .required = true},
};

const struct object ssh_object = {
	.what = "an ssh login",
	FIELDS(ssh_fields),
	.size = sizeof(struct job_ssh),
	.path_offset = offsetof(struct job_ssh, json_path),
	.check = check_ssh,
};

static const struct field log_position_fields[] = {
	{.key = "file", .read = read_text, AT(job_database_source, file), .form = &form_log_file,
	 .required = true},
	{.key = "offset", .read = read_offset, AT(job_database_source, offset), .min = 4,
	 .max = INT64_MAX, .required = true},
};

/* Its members are those of the source. */
static const struct object log_position_object = {
	.what = "the position",
	FIELDS(log_position_fields),
	.size = sizeof(struct job_database_source),
	.path_offset = NO_PATH,
};

static const struct field database_source_fields[] = {
	{.key = "ssh", .read = read_object, AT(job_database_source, ssh), .object = &ssh_object,
	 .required = true},
	{.key = "address", .read = read_text, AT(job_database_source, address), .form = &form_host,
	 .fallback = "\"127.0.0.1\""},
	{.key = "port", .read = read_whole, AT(job_database_source, port), .min = 1, .max = 65535,
	 .fallback = "3306"},
	{.key = "user", .read = read_text, AT(job_database_source, user),
	 .form = &form_database_user, .required = true},
	{.key = "password", .read = read_text, AT(job_database_source, password),
	 .form = &form_replication_password, .quiet = true, .required = true},
	{.key = "position", .read = read_object, .object = &log_position_object},
	{.key = "limit", .read = read_seconds, AT(job_database_source, limit_s), .max = 604800,
	 .fallback = "\"1440min\""},
};

static const struct object database_source_object = {
	.what = "the source",
	FIELDS(database_source_fields),
	.size = sizeof(struct job_database_source),
	.path_offset = NO_PATH,
	.check = check_database_source,
};

static const struct field hooks_fields[] = {
	{.key = "before", .read = read_texts, AT(job_hooks, before), .form = &form_file_path},
	{.key = "after", .read = read_texts, AT(job_hooks, after), .form = &form_file_path},
	{.key = "limit", .read = read_seconds, AT(job_hooks, limit_s), .max = 86400,
	 .fallback = "\"10min\""},
};

static const struct object hooks_object = {
	.what = "hooks",
	FIELDS(hooks_fields),
	.size = sizeof(struct job_hooks),
	.path_offset = NO_PATH,
};

static const struct field databases_fields[] = {
	{.key = "engine", .read = read_enum, AT(job_databases, engine),
	 .names = database_engine_names, .max = DATABASE_POSTGRESQL, .fallback = "\"mysql\""},
	{.key = "role", .read = read_enum, AT(job_databases, role), .names = database_role_names,
	 .max = DATABASE_REPLICA, .fallback = "\"alone\""},
	{.key = "master", .read = read_object, AT(job_databases, master),
	 .object = &database_master_object},
	{.key = "dumps", .read = read_objects, LIST(job_databases, dumps, dump_count),
	 .object = &dump_object},
	{.key = "directory", .read = read_text, AT(job_databases, directory), .form = &form_mount,
	 .fallback = "\"/var/lib/newroot/dumps\""},
	{.key = "keep", .read = read_bool, AT(job_databases, keep), .fallback = "false"},
	{.key = "parallel", .read = read_bool, AT(job_databases, parallel), .fallback = "false"},
	{.key = "service", .read = read_text, AT(job_databases, service), .form = &form_service},
	{.key = "login", .read = read_object, AT(job_databases, login),
	 .object = &database_login_object},
	{.key = "replication", .read = read_object, AT(job_databases, replication),
	 .object = &replication_object},
	{.key = "source", .read = read_object, AT(job_databases, source),
	 .object = &database_source_object},
	{.key = "hooks", .read = read_object, AT(job_databases, hooks), .object = &hooks_object,
	 .fallback = "{}"},
};

const struct object databases_object = {
	.what = "databases",
	FIELDS(databases_fields),
	.size = sizeof(struct job_databases),
	.path_offset = NO_PATH,
	.check = check_databases_object,
};

static const struct field tree_fields[] = {
	{.key = "path", .read = read_text, AT(job_tree, path), .form = &form_tree, .required = true},
	{.key = "from", .read = read_text, AT(job_tree, from), .form = &form_old_tree},
	{.key = "exclude", .read = read_texts, AT(job_tree, exclude), .form = &form_exclude,
	 .max = SYNC_EXCLUDES_MAX},
	{.key = "delete", .read = read_bool, AT(job_tree, delete), .fallback = "true"},
};

static const struct object tree_object = {
	.what = "a tree",
	FIELDS(tree_fields),
	.size = sizeof(struct job_tree),
	.path_offset = offsetof(struct job_tree, json_path),
	.check = check_tree,
};

static const struct field sync_fields[] = {
	{.key = "ssh", .read = read_object, AT(job_sync, ssh), .object = &ssh_object,
	 .required = true},
	{.key = "trees", .read = read_objects, LIST(job_sync, trees, tree_count),
	 .object = &tree_object, .required = true},
	{.key = "limit", .read = read_bytes, AT(job_sync, limit), .min = 1024},
};

const struct object sync_object = {
	.what = "sync",
	FIELDS(sync_fields),
	.size = sizeof(struct job_sync),
	.path_offset = NO_PATH,
	.check = check_sync,
};

static const struct field job_fields[] = {
	{.key = "newroot", .read = read_version, .required = true},
	{.key = "$schema", .read = read_unused, .form = &form_schema},
	{.key = "disks", .read = read_object, AT(job, disks), .object = &disks_object,
	 .fallback = "{}"},
	{.key = "table", .read = read_enum, AT(job, table), .names = table_type_names,
	 .max = TABLE_GPT, .fallback = "\"auto\""},
	{.key = "boot", .read = read_object, AT(job, boot), .object = &boot_object, .fallback = "{}"},
	{.key = "vg", .read = read_text, AT(job, vg), .form = &form_vg_name, .fallback = "\"local\""},
	{.key = "reserve", .read = read_reserve, AT(job, reserve), .fallback = "\"5%\""},
	{.key = "profile", .read = read_enum, AT(job, profile), .names = fs_profile_names,
	 .max = PROFILE_MODERN, .fallback = "\"auto\""},
	{.key = "volumes", .read = read_objects, LIST(job, volumes, volume_count),
	 .object = &volume_object, .required = true},
	{.key = "archives", .read = read_objects, LIST(job, archives, archive_count),
	 .object = &archive_object, .required = true},
	{.key = "verify_before", .read = read_enum, AT(job, verify_before),
	 .names = verify_before_names, .max = VERIFY_FULL, .fallback = "\"facts\""},
	{.key = "kernel", .read = read_object, AT(job, kernel), .object = &kernel_object,
	 .fallback = "{}"},
	{.key = "root_options", .read = read_text, AT(job, root_options), .form = &form_root_options,
	 .fallback = "\"ro\""},
	{.key = "consoles", .read = read_texts, AT(job, consoles), .form = &form_console, .max = 8,
	 .fallback = "[\"tty0\", \"ttyS0,115200\"]"},
	{.key = "boot_timeout", .read = read_seconds, AT(job, boot_timeout_s), .max = 300,
	 .fallback = "\"3s\""},
	{.key = "network", .read = read_object, AT(job, network), .object = &network_object},
	{.key = "ssh_keys", .read = read_texts, AT(job, ssh_keys), .form = &form_ssh_key,
	 .quiet = true},
	{.key = "files", .read = read_objects, LIST(job, files, file_count), .object = &file_object},
	{.key = "nfs", .read = read_object, AT(job, nfs), .object = &nfs_object},
	{.key = "quarantine", .read = read_object, AT(job, quarantine), .object = &quarantine_object},
	{.key = "services", .read = read_object, AT(job, services), .object = &services_object},
	{.key = "puppet", .read = read_object, AT(job, puppet), .object = &puppet_object},
	{.key = "databases", .read = read_object, AT(job, databases), .object = &databases_object},
	{.key = "sync", .read = read_object, AT(job, sync), .object = &sync_object},
	{.key = "migrating", .read = read_bool, AT(job, migrating)},
	{.key = "after", .read = read_texts, AT(job, after), .form = &form_vm_name},
	{.key = "after_limit", .read = read_seconds, AT(job, after_limit_s), .max = 604800,
	 .fallback = "\"0s\""},
	{.key = "first_boot", .read = read_bool, AT(job, first_boot), .fallback = "true"},
	{.key = "clock", .read = read_enum, AT(job, clock), .names = clock_wish_names,
	 .max = CLOCK_REPORT, .fallback = "\"set\""},
	{.key = "finish", .read = read_enum, AT(job, finish), .names = finish_action_names,
	 .max = FINISH_WAIT, .fallback = "\"reboot\""},
};

const struct object job_object = {
	.what = "a job",
	FIELDS(job_fields),
	.size = sizeof(struct job),
	.path_offset = NO_PATH,
	.check = check_job,
};
