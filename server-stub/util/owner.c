#include "util/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static uid_t owner; /* who this has become; 0: nobody else */

/* A number without a name has no groups but the folder's. */
static int take_groups(const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);

	if (!user)
		return setgroups(0, NULL) < 0 ? -1 : setegid(st->st_gid);
	return initgroups(user->pw_name, user->pw_gid) < 0 ? -1 : setegid(user->pw_gid);
}

int owner_become(int folder, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(folder, &st) < 0)
		return err_sys(err, ERR_SERVICE_DATA, path, "can't look at its owner");
	if (st.st_uid == geteuid())
		return 0;
	if (geteuid() != 0)
		return err_set(
			err, ERR_SERVICE_DATA, path,
			"belongs to uid %lu, and this runs as uid %lu; run it as its owner, or as root, who becomes him",
			(unsigned long)st.st_uid, (unsigned long)geteuid());
	if (take_groups(&st) < 0 || seteuid(st.st_uid) < 0)
		return err_sys(err, ERR_SERVICE_DATA, path, "can't become its owner, uid %lu",
			       (unsigned long)st.st_uid);
	owner = st.st_uid;
	return 0;
}

int owner_stay(struct err *err)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();

	/* Its unit refuses the calls to a service that began as its own user. */
	if (!owner)
		return 0;
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return err_sys(err, ERR_SERVICE_DATA, "user", "can't give root's rights up");
	owner = 0;
	return 0;
}

/* Neither can fail: the way back to root is kept, and the way from him is open. */
void owner_leave(void)
{
	if (owner && seteuid(getuid()) < 0)
		abort();
}

void owner_return(void)
{
	if (owner && seteuid(owner) < 0)
		abort();
}
