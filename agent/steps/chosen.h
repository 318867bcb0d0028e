/* What `apply --volume` is about: the volumes that are laid anew. Without it everything is chosen. */
#ifndef NEWROOT_STEPS_CHOSEN_H
#define NEWROOT_STEPS_CHOSEN_H

#include <stdbool.h>

#include "steps/step.h"

bool chosen_lv(const struct context *ctx, const struct plan_lv *lv);
bool chosen_fs(const struct context *ctx, const struct plan_fs *fs);

/* Does an absolute path of the new system lie on one of them? */
bool chosen_path(const struct context *ctx, const char *path);

/*
 * May just the volumes of ctx->volumes be laid anew? Not those that hold what the installation itself wrote. Errors:
 * ERR_USAGE with the reason.
 */
int chosen_check(const struct context *ctx, struct err *err);

#endif
