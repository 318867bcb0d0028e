/* The order of kernel releases. */
#ifndef NEWROOT_FACTS_KERNEL_VERSION_H
#define NEWROOT_FACTS_KERNEL_VERSION_H

#include <stdbool.h>

/*
 * rpm's order of versions (rpm's documentation, "rpmvercmp"; dpkg gives kernels the same one): as strcmp(3). Runs of
 * digits are numbers, and newer than letters; what stands between them does not count, but '~' is older than the end.
 * 2.6.18-8.el5 is older than 2.6.18-8.1.8.el5.
 */
int kernel_version_compare(const char *left, const char *right);

/*
 * Whether a release is one that is booted on purpose only: a release candidate, a build for debugging or crash dumps, a
 * guest of Xen, a copy that somebody kept.
 */
bool kernel_version_is_special(const char *release);

#endif
