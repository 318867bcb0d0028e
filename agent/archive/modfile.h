/*
 * A kernel module's file as the kernel loads it: .ko, decompressed from .ko.gz, .ko.xz or .ko.zst; and what
 * its ELF sections tell (elf(5); .modinfo is "key=value" strings, include/linux/moduleparam.h).
 */
#ifndef NEWROOT_ARCHIVE_MODFILE_H
#define NEWROOT_ARCHIVE_MODFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct modfile {
	const uint8_t *image; /* mapped */
	size_t size;
};

/* `path` is relative to `dir_fd`. `*module` is the caller's to modfile_close(). Errors: ERR_KERNEL, ERR_IO. */
int modfile_open(struct modfile *module, int dir_fd, const char *path, struct err *err);
void modfile_close(struct modfile *module);

/* Strings of a section, each NUL-terminated within `size`; empty when the ELF file has no such section. */
struct modfile_strings {
	const char *text;
	size_t size;
};

/* Is it a 64-bit little-endian ELF file; then its section `name`. False when it is not. */
bool modfile_section(const uint8_t *image, size_t size, const char *name,
		     struct modfile_strings *strings);

/* The string at `*at`, which moves behind it; NULL at the end. Begin with `*at` = 0. */
const char *modfile_next(const struct modfile_strings *strings, size_t *at);

/* The value of "key=value", or NULL when `string` has another key. */
const char *modfile_value(const char *string, const char *key);

/* Has the ELF image a program interpreter? False for static programs. */
bool modfile_is_dynamic(const uint8_t *image, size_t size);

/*
 * The name of a module from its file's: "drivers/scsi/vmw-pvscsi.ko.xz" gives "vmw_pvscsi". Cut at `size`.
 * False when the file is none.
 */
bool modfile_name(const char *path, char *name, size_t size);

#endif
