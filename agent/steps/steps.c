#include "steps/step.h"

/* The programme: what happens to a blank VM, in this order. */
const struct step *const steps[] = {
	&step_contact,
	&step_fetch,
	&step_check,
	&step_plan,
	/* Nothing was written up to here. */
	&step_wipe,
	&step_partition,
	&step_lvm,
	&step_format,
	&step_mount,
	&step_unpack,
	&step_kernel,
	&step_initrd,
	&step_configure,
	&step_verify,
	&step_snapshot,
	/* A VM that failed up to here has no boot sector. */
	&step_bootloader,
	&step_finish,
	NULL,
};
