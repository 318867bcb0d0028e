/*
 * Step verify: each step has read back what it wrote; this one rehearses the boot over all of it. Only after
 * it is the boot loader written.
 */
#include "steps/rehearsal.h"
#include "steps/step.h"

static int (*const links[])(const struct rehearsal *r, struct err *err) = {
	rehearse_filesystems, rehearse_boot_menu, rehearse_initrd,
	rehearse_fstab,       rehearse_init,      rehearse_room,
};

static int run(struct context *ctx, struct err *err)
{
	struct arena arena = {0};
	struct target target;
	const struct rehearsal rehearsal = {.ctx = ctx, .target = &target, .arena = &arena};
	int ret = 0;

	if (target_open(&target, NEWROOT_MOUNT, err))
		return -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links) && ret == 0; i++)
		ret = links[i](&rehearsal, err);
	target_close(&target);
	arena_free(&arena);
	return ret;
}

const struct step step_verify = {
	.name = "verify",
	.summary = "rehearse the boot: devices, paths, drivers, init",
	.run = run,
};
