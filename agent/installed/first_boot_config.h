/*
 * The installed system's own small file of instructions, /etc/newroot/first-boot.json (mode 0600):
 * written by the configure step, read by `newroot first-boot`.
 */
#ifndef NEWROOT_INSTALLED_FIRST_BOOT_CONFIG_H
#define NEWROOT_INSTALLED_FIRST_BOOT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "job/job.h"

#define FIRST_BOOT_CONFIG "/etc/newroot/first-boot.json"
#define FIRST_BOOT_CA     "/etc/newroot/ca.pem"

struct first_boot_config {
	const char *service;    /* URL */
	const char *ca;         /* path of the trust anchor */
	const char *mac;        /* who this VM is */
	const char *pin;        /* NULL: none */
	const char *token;      /* NULL: none; a secret */
	struct strings after;   /* VMs of the group that are complete before this one is */
	uint32_t after_limit_s; /* for all of them; 0: however long */
	enum clock_wish clock;
	struct job_databases databases;
};

/* Strings are the arena's. Errors: ERR_FIRST_BOOT, never quoting a secret. */
int first_boot_config_read(struct first_boot_config *config, const char *path, struct arena *arena,
			   struct err *err);

/*
 * Write the instructions to `path` in place of those that are there, without the databases: their passwords
 * are used. With `follows` the way to the old platform's master stays, and that into this VM's server. Errors: ERR_FIRST_BOOT.
 */
int first_boot_config_forget(const struct first_boot_config *config, bool follows, const char *path,
			     struct err *err);

/* As JSON text with a newline at its end, in the arena. */
const char *first_boot_config_text(const struct first_boot_config *config, struct arena *arena);

#endif
