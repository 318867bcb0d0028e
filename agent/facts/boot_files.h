/* The small files of /boot that say which kernel is started by default, kept while an archive is read: they come in any order. */
#ifndef NEWROOT_FACTS_BOOT_FILES_H
#define NEWROOT_FACTS_BOOT_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "facts/facts.h"

#define BOOT_FILES_MAX 32 /* a BLS entry for each kernel, and the menus */

struct boot_file {
	const char *path; /* "/boot/grub/menu.lst" */
	char *text;       /* BOOT_FILE_MAX bytes and a NUL */
	size_t size;
};

struct boot_files {
	struct boot_file file[BOOT_FILES_MAX];
	size_t count;
	bool uncertain; /* one of them leads elsewhere, or there were too many */
	struct arena arena;
};

/* The place for the contents of an entry, which has a path without a leading "/"; NULL: it is no such file. `link`: it has none of its own. */
struct boot_file *boot_files_begin(struct boot_files *files, const char *path, bool link);

/* A piece of it; one with a hole before it is none. `file` may be NULL. */
void boot_file_add(struct boot_file *file, const void *data, size_t size, int64_t offset);

/* Set the default kernel of `facts`, one of its kernels, by all files. */
void boot_files_end(struct boot_files *files, struct facts *facts);

void boot_files_free(struct boot_files *files);

#endif
