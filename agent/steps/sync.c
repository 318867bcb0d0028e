#include "steps/sync.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "steps/step.h"

static int sync_filesystem(const struct plan_fs *fs, struct err *err)
{
	char path[512];
	int fd, ret;

	snprintf(path, sizeof(path), NEWROOT_MOUNT "%s", fs->mount);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_FINISH, fs->mount, "cannot open %s of the new system",
			       fs->mount);
	ret = syncfs(fd);
	if (ret)
		err_sys(err, ERR_FINISH, fs->mount, "cannot write %s out to %s", fs->mount,
			fs->device);
	close(fd);
	return ret;
}

/* sync(2) tells nothing of errors; syncfs(2) does, a filesystem at a time. */
int sync_filesystems(const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->fs_count; i++)
		if (plan->filesystems[i].mount && sync_filesystem(&plan->filesystems[i], err))
			return -1;
	return 0;
}
