/*
 * What a kernel's module folder says of its modules: files and dependencies (modules.dep), aliases, soft
 * dependencies and what is built in. Read as modprobe(8) does, from the text files that depmod(8) makes,
 * both today's (relative paths) and those of 2.6.18 (absolute ones). Names are normal: "_" for "-".
 */
#ifndef NEWROOT_ARCHIVE_MODULES_H
#define NEWROOT_ARCHIVE_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct module {
	const char *name;  /* "vmw_pvscsi" */
	const char *path;  /* below the module folder: "kernel/drivers/scsi/vmw_pvscsi.ko.xz" */
	const char **deps; /* names of all modules it needs, NULL-terminated */
};

/* One line of modules.alias or modules.softdep. */
struct module_line {
	const char *key; /* an alias pattern; the module with soft dependencies */
	const char *value;
};

struct modules {
	struct arena *arena;
	struct module *item; /* sorted by name */
	size_t count;
	struct module_line *alias, *softdep;
	size_t alias_count, softdep_count;
	const char **builtin; /* sorted */
	size_t builtin_count;
	bool lists_builtin; /* modules.builtin is there: kernels before 2.6.33 have none */
	const char *config; /* the kernel's configuration, "" when there is none */
};

/*
 * Parse one file's text, which is changed and must live as long as the arena, NUL-terminated. Errors: ERR_KERNEL
 * for more than MODULES_MAX modules. Lines that make no sense are skipped, as modprobe does.
 */
int modules_parse_dep(struct modules *modules, char *text, struct err *err);
int modules_parse_builtin(struct modules *modules, char *text, struct err *err);
void modules_parse_alias(struct modules *modules, char *text);
void modules_parse_softdep(struct modules *modules, char *text);

/*
 * Read the module folder `dir_fd` and `config` (/boot/config-VERSION; it may be absent). modules.dep must be
 * there. Everything is allocated in `arena`. Errors: ERR_KERNEL, ERR_IO.
 */
int modules_read(struct modules *modules, int dir_fd, const char *config, struct arena *arena,
		 struct err *err);

/* Only the configuration, of a kernel that has no module folder; an absent file is an empty one. */
int modules_read_config(struct modules *modules, const char *config, struct err *err);

/* By name with either dash; NULL when the kernel has no such module. */
const struct module *modules_find(const struct modules *modules, const char *name);

/*
 * Is it part of the kernel itself, by modules.builtin, else by `option` (CONFIG_…, may be NULL) of the
 * configuration? MODULES_UNKNOWN when neither is there.
 */
enum modules_builtin { MODULES_NO, MODULES_YES, MODULES_UNKNOWN };
enum modules_builtin modules_is_builtin(const struct modules *modules, const char *name,
					const char *option);

/* Call `found` with the name of each module whose alias pattern matches; returns how many did. */
size_t modules_match(const struct modules *modules, const char *modalias,
		     void (*found)(void *ctx, const char *name), void *ctx);

/* Modules in the order they are to be loaded. */
struct module_order {
	const struct module **item; /* of modules->count pointers */
	size_t count;
	unsigned char *state; /* of modules->count */
};

void module_order_init(struct module_order *order, const struct modules *modules);

/* Add `module` after everything it needs; what is there already is not added again. */
void module_order_add(struct module_order *order, const struct modules *modules,
		      const struct module *module);

#endif
