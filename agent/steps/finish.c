/* The last step: what was written reaches the disks. Unmounting is the release of `mount` and `lvm`. */
#include "steps/finish.h"

#include <sys/reboot.h>
#include <unistd.h>

#include "service/clock.h"
#include "steps/step.h"
#include "steps/sync.h"

/* The service's time, which the step `contact` took: else the new system boots with whatever the machine came with. */
static void keep_time(const struct context *ctx)
{
	struct err err = ERR_INIT;

	if (ctx->service && clock_write_hardware(&err))
		ctx->note("%s: %s", err.where, err.msg);
}

static int run(struct context *ctx, struct err *err)
{
	if (sync_filesystems(ctx->plan, err))
		return -1;
	sync();
	keep_time(ctx);
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
	.summary = "write everything out to the disks, set the hardware clock",
	.run = run,
	.refresh = true,
};
