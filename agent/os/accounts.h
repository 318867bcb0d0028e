/* Users and groups of the new system, from its own /etc/passwd and /etc/group (passwd(5), group(5)). */
#ifndef NEWROOT_OS_ACCOUNTS_H
#define NEWROOT_OS_ACCOUNTS_H

#include <sys/types.h>

#include "os/target.h"

/* `name` is a name or a decimal number. "root" is 0 even without those files. Errors: ERR_CONFIGURE. */
int account_user(const struct target *target, const char *name, struct arena *arena, uid_t *uid,
		 struct err *err);
int account_group(const struct target *target, const char *name, struct arena *arena, gid_t *gid,
		  struct err *err);

/* The user's home directory; `fallback` when passwd doesn't say. */
int account_home(const struct target *target, const char *name, const char *fallback,
		 struct arena *arena, const char **home, struct err *err);

#endif
