/*
 * The job: what one VM gets, parsed once into const structs; nothing interprets strings later.
 * docs/job.md explains every key, docs/job.schema.json is the schema.
 */
#ifndef NEWROOT_JOB_JOB_H
#define NEWROOT_JOB_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strings.h"

enum fs_type { FS_XFS, FS_EXT2, FS_EXT3, FS_EXT4, FS_SWAP };
enum table_type { TABLE_AUTO, TABLE_MSDOS, TABLE_GPT };
enum fs_profile { PROFILE_AUTO, PROFILE_2_6_18, PROFILE_3_10, PROFILE_MODERN };
enum database_engine { DATABASE_MYSQL, DATABASE_POSTGRESQL };
enum database_role { DATABASE_ALONE, DATABASE_MASTER, DATABASE_REPLICA };
enum verify_before { VERIFY_FACTS, VERIFY_FULL };
/* What the first boot does about a clock that is not the service's. */
enum clock_wish { CLOCK_SET, CLOCK_REPORT };
enum finish_action { FINISH_REBOOT, FINISH_POWEROFF, FINISH_WAIT };

enum size_kind { SIZE_BYTES, SIZE_PERCENT, SIZE_REST };
#define JOB_SNAPSHOT_SUFFIX ".installed" /* behind the volume's name: that of its snapshot */

struct job_size {
	enum size_kind kind;
	uint64_t bytes;      /* SIZE_BYTES */
	uint32_t hundredths; /* SIZE_PERCENT: 1 % is 100 */
};

/* Where bytes come from: an archive, a kernel package or a dump. */
struct job_source {
	const char *url;  /* https:// or NFS_SCHEME */
	const char *path; /* JSON path of the object, for errors: "/archives/0" */
	bool has_sha256;
	uint8_t sha256[32];
};

/* Which disk: every given property must match. */
struct job_disk {
	const char *json_path;
	int order;          /* 0 is the first in the order of locations; -1: not given */
	uint64_t min_size;  /* bytes; 0: not given */
	uint64_t max_size;  /* bytes; 0: not given */
	const char *serial; /* NULL: not given; likewise below */
	const char *wwn;
	const char *device; /* "/dev/sdb" */
};

struct job_disks {
	struct job_disk boot;    /* with the table, /boot and the first PV; default order 0 */
	bool all_others;         /* default: every other disk becomes a PV */
	struct job_disk *others; /* else exactly these */
	size_t other_count;
};

struct job_boot_partition {
	uint64_t size;     /* bytes; default 512 MiB */
	enum fs_type fs;   /* ext2, ext3 (default), ext4 */
	const char *label; /* default "boot" */
};

struct job_volume {
	const char *json_path;
	const char *name; /* LV name */
	struct job_size size;
	enum fs_type fs;             /* default xfs */
	const char *mount;           /* NULL for swap and for volumes that are not mounted */
	const char *label;           /* NULL: none */
	struct strings mkfs_options; /* further words for mkfs */
	const char *mount_options;   /* default "defaults" (ext, xfs) or "sw" */
	struct job_size snapshot;    /* room of its LVM snapshot; all 0: none */
};

struct job_archive {
	const char *to; /* a directory of the new system, "/" or "/data" */
	struct job_source source;
};

struct job_kernel {
	bool given;               /* a package; without: the root archive has kernel and modules */
	struct job_source source; /* when given; the other members hold in both cases */
	struct strings modules;   /* further modules for the slim initrd */
	const char *command_line; /* further words for GRUB's linux line, default "" */
};

struct job_route {
	const char *to, *via;
};

struct job_interface {
	const char *json_path;
	const char *name; /* "eth0" */
	const char *mac;  /* "52:54:…" or NULL */
	bool dhcp;
	struct strings addresses; /* CIDR: "10.0.0.5/24", "fd00::5/64" */
	struct strings gateways;  /* at most one each of IPv4, IPv6 */
	struct job_route *routes;
	size_t route_count;
	uint32_t mtu; /* 0: not given */
};

struct job_host {
	const char *address;
	struct strings names;
};

struct job_network {
	bool given;
	const char *hostname; /* short or fully qualified */
	struct job_interface *interfaces;
	size_t interface_count;
	struct strings nameservers, search;
	struct job_host *hosts; /* further /etc/hosts lines */
	size_t host_count;
	struct strings old_addresses; /* of the old machine: where they are left is told */
};

struct job_file {
	const char *json_path;
	const char *path; /* absolute, in the new system */
	const char *content;
	size_t size;       /* bytes of content: it may hold NULs (base64 form) */
	mode_t mode;       /* default 0644 */
	const char *owner; /* "root", "0", "mysql" */
	const char *group;
};

/* A directory that this VM serves over NFS. */
struct job_export {
	const char *json_path;
	const char *path;       /* directory of the new system */
	struct strings clients; /* at least one: "10.80.0.12", "10.80.0.0/24" */
	const char *options;    /* exports(5), over the defaults; NULL: none */
};

struct job_nfs_mount {
	const char *json_path;
	const char *from;    /* "10.80.0.11:/srv/media" */
	const char *to;      /* mount point in the new system */
	const char *options; /* nfs(5), over the defaults; NULL: none */
};

struct job_nfs {
	struct job_export *exports;
	size_t export_count;
	struct job_nfs_mount *mounts;
	size_t mount_count;
};

struct job_quarantine {
	bool given;
	struct strings allow; /* networks and addresses: "10.80.0.0/24", "fd00::7" */
};

struct job_services {
	bool given;
	struct strings disable; /* until cutover */
	struct strings enable;
};

struct job_puppet {
	bool given;
	const char *server;   /* NULL: what the new system's puppet.conf says */
	const char *certname; /* NULL: the host name, or what puppet.conf says */
	bool held;            /* does not run before cutover */
};

struct job_dump {
	const char *database;
	bool end_mark; /* its maker marks its end */
	struct job_source source;
};

/* The server that a replica follows. */
struct job_database_master {
	const char *name;    /* a VM of the group; NULL: none */
	const char *address; /* NULL: the name, as a host's */
	int port;
};

/* How the first boot gets into the server. */
struct job_database_login {
	const char *user;     /* NULL: root, postgres */
	const char *password; /* NULL: none; a secret */
	const char *socket;   /* NULL: where the client looks by itself */
};

struct job_replication {
	const char *user;     /* NULL: no replication */
	const char *password; /* a secret; "": it was removed */
	uint32_t limit_s;     /* a replica has caught up within */
};

/* A login on another machine by ssh: the old VM. */
struct job_ssh {
	const char *json_path;
	const char *host;     /* address or name */
	int port;             /* default 22 */
	const char *user;     /* default root */
	const char *key;      /* private key, as its file has it; a secret; "": it was removed */
	const char *key_file; /* of the new system; exactly one of the two is there */
	const char *host_key; /* "ssh-ed25519 AAAA…" */
};

/* The old platform's master, which the new one follows until cutover. */
struct job_database_source {
	bool given;
	struct job_ssh ssh;  /* the way there */
	const char *address; /* of its server, as that machine reaches it; default 127.0.0.1 */
	int port;
	const char *user;     /* of the server, for replication */
	const char *password; /* a secret */
	const char *file;     /* its binary log when the dumps were made; NULL: a dump says it */
	uint64_t offset;
	uint32_t limit_s; /* this VM has caught up within; 0: whenever */
};

struct job_hooks {
	struct strings before, after; /* programs of the new system */
	uint32_t limit_s;             /* for each */
};

struct job_databases {
	bool given;
	const char *json; /* the object as text, for the first boot; it may hold secrets */
	enum database_engine engine;
	enum database_role role;
	struct job_database_master master;
	struct job_dump *dumps;
	size_t dump_count;
	const char *directory; /* of the new system, where the dumps are put */
	bool keep;             /* the dumps stay after they are loaded */
	bool parallel;         /* they don't depend on each other */
	const char *service;   /* NULL: the first of the usual names */
	struct job_database_login login;
	struct job_replication replication;
	struct job_database_source source;
	struct job_hooks hooks;
};

/* A folder of data that `newroot sync` brings up to date from the old VM. */
struct job_tree {
	const char *json_path;
	const char *path;       /* of the new system */
	const char *from;       /* of the old one; default `path` */
	struct strings exclude; /* rsync's patterns */
	bool delete;            /* what is gone there goes here; default true */
};

struct job_sync {
	bool given;
	const char *json; /* the object as text, for the installed system; it may hold a secret */
	struct job_ssh ssh;
	struct job_tree *trees;
	size_t tree_count;
	uint64_t limit; /* bytes a second; 0: none */
};

struct job {
	const char *text; /* the JSON as it came; kept for the installed system */
	size_t text_size;
	struct job_disks disks;
	enum table_type table;
	struct job_boot_partition boot;
	const char *vg;          /* default "local" */
	struct job_size reserve; /* free extents for snapshots; default 5 % */
	enum fs_profile profile; /* PROFILE_AUTO: by the kernel's version */
	struct job_volume *volumes;
	size_t volume_count;
	struct job_archive *archives;
	size_t archive_count;
	enum verify_before
		verify_before; /* VERIFY_FULL: archives are read to their end before the wipe */
	struct job_kernel kernel;
	const char *root_options; /* "ro" (default) or "rw" on the kernel's command line */
	struct strings consoles;  /* of GRUB and kernel; default "tty0", "ttyS0,115200" */
	uint32_t boot_timeout_s;  /* GRUB menu; default 3 */
	struct job_network network;
	struct strings ssh_keys; /* root's authorized_keys */
	struct job_file *files;
	size_t file_count;
	struct job_nfs nfs;
	struct job_quarantine quarantine;
	struct job_services services;
	struct job_puppet puppet;
	struct job_databases databases;
	struct job_sync sync;
	bool migrating;            /* default: with quarantine, services, puppet or sync */
	struct strings after;      /* VMs of the group that are complete before this one is */
	uint32_t after_limit_s;    /* for all of them; 0: however long */
	enum clock_wish clock;     /* default set */
	bool first_boot;           /* install the first-boot hook; default true */
	enum finish_action finish; /* default reboot */
};

/*
 * Parse and check `text` (at most JOB_BYTES_MAX bytes) by every rule that needs no hardware.
 * All errors are added to `errors`; returns 0 only when there are none. Memory is `arena`'s.
 */
int job_parse(struct job *job, const char *text, size_t size, struct arena *arena,
	      struct err_list *errors);

/* The same from a file, or from stdin when `path` is "-"; an unreadable file is one error with ERR_IO. */
int job_read(struct job *job, const char *path, struct arena *arena, struct err_list *errors);

const char *fs_type_name(enum fs_type fs); /* "xfs" */
const char *fs_profile_name(enum fs_profile profile);
const char *clock_wish_name(enum clock_wish wish);
const char *finish_action_name(enum finish_action action);
/* LV name of the volume's snapshot, "data.installed", in the arena; NULL: it has none. */
const char *job_snapshot_name(const struct job_volume *volume, struct arena *arena);
/* Is an archive unpacked to `folder`, below it or to /usr? Then it may bring what the root archive lacks there. */
bool job_unpacks_to(const struct job *job, const char *folder);
/* Where a dump lies in the new system: "/var/lib/newroot/dumps/01-shop.dump"; in the arena. */
const char *job_dump_path(const struct job_databases *databases, size_t index, struct arena *arena);
/* "8 GiB", "512 MiB", "123 bytes": exact when it can be; `buf` holds at least 32 bytes. */
const char *size_text(uint64_t bytes, char *buf);

/*
 * The filesystem profile: the job's, else by the version in the kernel package's file name
 * (kernel-2.6.18-164.el5.x86_64.rpm), else PROFILE_MODERN.
 */
enum fs_profile job_profile(const struct job *job);
/* The newest profile that a kernel of this version ("2.6.18-164.el5") can mount. */
enum fs_profile profile_of_version(const char *version);

#endif
