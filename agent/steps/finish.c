/* The last step: what was written reaches the disks. Unmounting is the release of `mount` and `lvm`. */
#include "steps/finish.h"

#include <sys/reboot.h>
#include <unistd.h>

#include "steps/step.h"
#include "steps/sync.h"

static int run(struct context *ctx, struct err *err)
{
	if (sync_filesystems(ctx->plan, err))
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
	.refresh = true,
};
