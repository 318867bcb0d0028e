/*
 * What texts in a job look like, one row each: a check and the words for what it accepts.
 * Nothing here looks at a second value or at the machine.
 */
#ifndef NEWROOT_JOB_FORM_H
#define NEWROOT_JOB_FORM_H

#include <stdbool.h>
#include <stddef.h>

struct form {
	const char *accepted; /* completes "accepted is …" */
	bool (*fits)(const char *text);
};

/* form_storage.c */
extern const struct form form_lv_name, form_vg_name, form_label, form_device, form_disk_id,
	form_mkfs_word, form_mount_options;

/* form_path.c */
extern const struct form form_mount, form_archive_target, form_file_path, form_owner;

/* form_url.c */
extern const struct form form_url;

/* form_network.c */
extern const struct form form_hostname, form_domain, form_interface, form_address, form_cidr,
	form_route, form_mac, form_vm_name;

/* form_moved.c */
extern const struct form form_network, form_nfs_source, form_export_options, form_service,
	form_certname;

/* form_sync.c */
extern const struct form form_tree, form_old_tree, form_exclude;

/* form_database.c */
extern const struct form form_database, form_database_user, form_login_password,
	form_replication_password, form_host, form_socket, form_log_file;

/* form_boot.c */
extern const struct form form_module, form_command_line, form_root_options, form_console,
	form_schema;

/* form_ssh_key.c */
extern const struct form form_ssh_key, form_host_key;

/* form_ssh.c */
extern const struct form form_ssh_user, form_private_key, form_key_file;

#define DIGITS     "0123456789"
#define HEX_DIGITS DIGITS "abcdefABCDEF"
#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALNUM      DIGITS LETTERS

/* 1 to `max` of `chars`. */
bool made_of(const char *text, const char *chars, size_t max);
/* 1 to `max` printable ASCII characters, with spaces or without. */
bool is_printable(const char *text, bool spaces, size_t max);
/* Letters, digits and inner hyphens in labels of 1 to 63 (RFC 1123), `max` in all. */
bool is_domain(const char *text, size_t max);

#endif
