/* The last step: what was written reaches the disks. Unmounting is the release of `mount` and `lvm`. */
#include "steps/finish.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
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
static int run(struct context *ctx, struct err *err)
{
	for (size_t i = 0; i < ctx->plan->fs_count; i++)
		if (ctx->plan->filesystems[i].mount &&
		    sync_filesystem(&ctx->plan->filesystems[i], err))
			return -1;
	sync();
	return 0;
}

int finish_machine(enum finish_action action, struct err *err)
{
	if (action == FINISH_WAIT)
		return 0;
	sync();
	reboot(action == FINISH_POWEROFF ? RB_POWER_OFF : RB_AUTOBOOT);
	return err_sys(err, ERR_FINISH, NULL, "the kernel refused to %s",
		       finish_action_name(action));
}

const struct step step_finish = {
	.name = "finish",
	.summary = "write everything out to the disks",
	.run = run,
};
