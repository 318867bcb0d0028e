#include "machine/superblock.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>

static void copy_value(char *buf, size_t size, blkid_probe probe, const char *name)
{
	const char *value;

	buf[0] = '\0';
	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0)
		snprintf(buf, size, "%s", value);
}

int superblock_read(struct superblock *superblock, const char *device, struct err *err)
{
	blkid_probe probe;
	int found;

	*superblock = (struct superblock){0};
	errno = 0;
	probe = blkid_new_probe_from_filename(device);
	if (!probe)
		return err_sys(err, ERR_IO, device, "cannot open %s", device);
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID |
							 BLKID_SUBLKS_LABEL);
	found = blkid_do_safeprobe(probe); /* 0 found, 1 nothing, -2 ambivalent, -1 error */
	if (found == 0) {
		copy_value(superblock->type, sizeof(superblock->type), probe, "TYPE");
		copy_value(superblock->uuid, sizeof(superblock->uuid), probe, "UUID");
		copy_value(superblock->label, sizeof(superblock->label), probe, "LABEL");
	}
	blkid_free_probe(probe);
	if (found == -2)
		return err_set(err, ERR_IO, device,
			       "%s holds several signatures that contradict each other", device);
	if (found < 0)
		return err_set(err, ERR_IO, device, "cannot read %s", device);
	return 0;
}
