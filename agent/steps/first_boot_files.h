/*
 * What makes the installed system its own agent: the program, the job as a record, the instructions
 * and the trust anchor for the first boot, and those of `newroot sync`.
 */
#ifndef NEWROOT_STEPS_FIRST_BOOT_FILES_H
#define NEWROOT_STEPS_FIRST_BOOT_FILES_H

#include "os/dialect.h"
#include "steps/step.h"

/* This program, mapped into memory: too large to be copied there. */
struct program {
	void *data;
	size_t size;
};

/* Errors: ERR_CONFIGURE. */
int program_map(struct program *program, struct err *err);
void program_unmap(struct program *program);

/* `program` must stay mapped as long as the changes are used. */
int first_boot_files_render(struct changes *changes, const struct context *ctx,
			    const struct program *program, struct err *err);

#endif
