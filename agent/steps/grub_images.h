/*
 * GRUB's images, made at build time: boot.img (the boot sector) and core.img (all of GRUB that
 * grub.cfg needs). Formats: grub-core/boot/i386/pc/boot.S and diskboot.S of GRUB 2.
 */
#ifndef NEWROOT_STEPS_GRUB_IMAGES_H
#define NEWROOT_STEPS_GRUB_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "job/job.h"

#define GRUB_SECTOR    512
#define GRUB_BOOT_CODE 440 /* of the boot sector; the disk's signature and table follow */

struct grub_images {
	uint8_t boot[GRUB_SECTOR];
	uint8_t *core;    /* whole sectors, the last one padded with zeros; the arena's */
	size_t core_size; /* bytes */
};

/*
 * Read the images for a table of this type from `folder` and check that they are what they
 * should be. Errors: ERR_BOOTLOADER.
 */
int grub_images_read(struct grub_images *images, const char *folder, enum table_type table,
		     struct arena *arena, struct err *err);

/* Make them find each other when core.img lies at sector `lba`. */
void grub_images_set_place(struct grub_images *images, uint64_t lba);

#endif
