/* grub.cfg of the new system: menu on the screen and on serial lines, the system, a rescue entry. */
#ifndef NEWROOT_OS_GRUB_CFG_H
#define NEWROOT_OS_GRUB_CFG_H

#include "job/job.h"
#include "os/changes.h"

#define GRUB_CFG "/boot/grub/grub.cfg"

struct grub_cfg {
	const char *kernel_release; /* the entry's name: "2.6.18-164.el5" */
	const char *kernel,
		*initrd;  /* paths in the new system: "/boot/vmlinuz-…"; /boot is GRUB's disk */
	const char *root; /* "/dev/local/root" */
	const char *root_options; /* "ro" or "rw" */
	const char *command_line; /* further words, "" for none */
	const struct strings *consoles;
	unsigned timeout_s;
};

void grub_cfg_render(struct changes *changes, const struct grub_cfg *cfg);

#endif
