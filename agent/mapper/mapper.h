/* Device-mapper, asked by its own ioctls: its library, LVM and udev are not needed. */
#ifndef NEWROOT_MAPPER_MAPPER_H
#define NEWROOT_MAPPER_MAPPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define MAPPER_TEXT_MAX 129 /* DM_NAME_LEN and DM_UUID_LEN, with the NUL */

/* A mapped device of the running kernel. */
struct mapper_device {
	char name[MAPPER_TEXT_MAX]; /* "local-root" */
	char uuid[MAPPER_TEXT_MAX]; /* "LVM-…"; "" when it has none */
	dev_t number;
};

/* Has the running kernel the target of that name ("snapshot-merge")? */
bool mapper_has_target(const char *name);

/*
 * Call `each` for every mapped device, until one fails; none when the kernel has no device-mapper. `dev` is the folder of nodes ("/dev"), in
 * which its control node is made where it is missing. Errors: ERR_NODES, those of `each`.
 */
int mapper_each(const char *dev,
		int (*each)(void *ctx, const struct mapper_device *device, struct err *err),
		void *ctx, struct err *err);

#endif
