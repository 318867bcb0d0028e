/* The key that was probably meant. */
#ifndef NEWROOT_JOB_SUGGEST_H
#define NEWROOT_JOB_SUGGEST_H

struct object;

/* One of `object`'s keys near to `key`, or NULL. */
const char *suggest_key(const struct object *object, const char *key);

#endif
