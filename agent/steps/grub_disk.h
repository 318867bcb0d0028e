/*
 * GRUB's images on a disk. Where core.img goes is read from the disk's own table: behind the MBR,
 * before the first partition, or into the GPT's BIOS boot partition (UEFI 2.x, 5.3).
 */
#ifndef NEWROOT_STEPS_GRUB_DISK_H
#define NEWROOT_STEPS_GRUB_DISK_H

#include "steps/grub_images.h"

/*
 * Write core.img, read it back, and only then the boot sector's code. The table stays as it
 * is. `images` are set to their place. When the boot sector can't be written whole, its code is erased:
 * a failed machine must not boot. Errors: ERR_BOOTLOADER.
 */
int grub_disk_write(const char *device, enum table_type table, struct grub_images *images,
		    struct err *err);

/* Erase the boot sector's code, the table stays. Errors: ERR_BOOTLOADER. */
int grub_disk_erase(const char *device, struct err *err);

/* Does the disk hold these images, read anew? */
int grub_disk_verify(const char *device, enum table_type table, struct grub_images *images,
		     struct err *err);

#endif
