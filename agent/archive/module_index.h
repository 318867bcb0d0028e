/*
 * The files in which depmod leaves names for modprobe: as text, one line a name, for module-init-tools; and as
 * a trie, modules.*.bin, without which kmod finds nothing (kmod's libkmod/libkmod-index.c tells the
 * format: big-endian numbers, children before their parents).
 */
#ifndef NEWROOT_ARCHIVE_MODULE_INDEX_H
#define NEWROOT_ARCHIVE_MODULE_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct index_entry {
	const char *key, *value; /* not owned */
	uint32_t priority;       /* of several values, the lowest comes first */
};

struct module_index {
	struct index_entry *entry;
	size_t count, room;
};

/* Keys with bytes over 127 can't be in the trie and are left out. Errors: ERR_MEMORY. */
int module_index_add(struct module_index *index, const char *key, const char *value,
		     uint32_t priority, struct err *err);
void module_index_free(struct module_index *index);

/* Write `name` in `dir_fd`. These sort the entries. Errors: ERR_KERNEL. */
int module_index_write_trie(struct module_index *index, int dir_fd, const char *name,
			    struct err *err);
/* Begins with the line "# heading"; then every entry by `line`, in the order they were added. */
int module_index_write_text(const struct module_index *index, int dir_fd, const char *name,
			    const char *heading,
			    void (*line)(FILE *file, const struct index_entry *entry),
			    struct err *err);

#endif
