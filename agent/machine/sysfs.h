/*
 * Reading sysfs: small text attributes, numbers, links and folders. Paths are built printf-like, so that
 * tests can put a folder of their own in front. What is absent is not an error: most attributes
 * exist only for some drivers.
 */
#ifndef NEWROOT_MACHINE_SYSFS_H
#define NEWROOT_MACHINE_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define SYSFS          "/sys"
#define SYSFS_TEXT_MAX 256 /* attributes are short; longer ones are cut */

/* The attribute as one trimmed line in `buf` (SYSFS_TEXT_MAX bytes); false, and "", when absent. */
bool sysfs_text(char *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The attribute as bytes; how many were read, 0 when absent. */
size_t sysfs_bytes(void *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The attribute as a decimal number, or `otherwise`. */
uint64_t sysfs_number(uint64_t otherwise, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The last component of a link's target in `buf` (SYSFS_TEXT_MAX bytes): a driver's name. */
bool sysfs_link_name(char *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool sysfs_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Names in folder `path`, dot files left out, unsorted, allocated in `arena`; `*names` is NULL-terminated.
 * An absent folder is empty. Errors: ERR_IO when it can't be read.
 */
int sysfs_list(const char ***names, size_t *count, const char *path, struct arena *arena,
	       struct err *err);

/* What is looked for in a folder of sysfs. */
struct sysfs_kind {
	const char *folder; /* below sysfs: "block" */
	bool (*wanted)(const char *sysfs, const char *name);
	int (*compare)(const void *left, const void *right); /* of names, as for qsort(3) */
};

/* As sysfs_list(), but only what is wanted, in order. */
int sysfs_pick(const char ***names, size_t *count, const char *sysfs, const struct sysfs_kind *kind,
	       struct arena *arena, struct err *err);

#endif
