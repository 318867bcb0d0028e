#include "steps/signatures.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>

#define BLKID_SECTOR   512 /* libblkid counts partitions in these, whatever the disk's sectors are */
#define SIGNATURES_MAX 4096 /* in one place; the labels of a ZFS member have up to 512 uberblocks */
#define TYPE_SIZE      32

int extents_add(struct extents *extents, uint64_t start, uint64_t size, const char *path,
		struct err *err)
{
	for (size_t i = 0; i < extents->count; i++)
		if (extents->item[i].start == start && extents->item[i].size == size)
			return 0;
	if (extents->count == EXTENTS_MAX)
		return err_set(err, ERR_WIPE, path, "more than %d old partitions", EXTENTS_MAX);
	extents->item[extents->count++] = (struct extent){start, size};
	return 0;
}

static int cannot_read(const char *path, uint64_t start, struct err *err)
{
	return err_sys(err, ERR_WIPE, path, "cannot look for old signatures at byte %ju",
		       (uintmax_t)start);
}

/* A probe for all kinds of signatures in one extent. */
static blkid_probe open_probe(int fd, const char *path, struct extent extent, struct err *err)
{
	blkid_probe probe = blkid_new_probe();

	if (probe && blkid_probe_set_device(probe, fd, (blkid_loff_t)extent.start,
					    (blkid_loff_t)extent.size) == 0) {
		blkid_probe_enable_superblocks(probe, 1);
		blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_TYPE |
								 BLKID_SUBLKS_BADCSUM);
		blkid_probe_enable_partitions(probe, 1);
		/* The protective MBR may be gone while GPT's backup still stands. */
		blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT);
		return probe;
	}
	blkid_free_probe(probe);
	err_set(err, ERR_WIPE, path, "cannot look for signatures at byte %ju",
		(uintmax_t)extent.start);
	return NULL;
}

int signatures_partitions(struct extents *extents, int fd, const char *path, uint64_t disk_size,
			  struct err *err)
{
	blkid_probe probe = blkid_new_probe();
	blkid_partlist list = NULL;
	int ret = 0;

	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0) {
		blkid_free_probe(probe);
		return err_set(err, ERR_WIPE, path, "cannot look for old partitions");
	}
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_FORCE_GPT);
	errno = 0;
	list = blkid_probe_get_partitions(probe);
	if (!list && errno == EIO)
		ret = cannot_read(path, 0, err);
	for (int i = 0; list && ret == 0 && i < blkid_partlist_numof_partitions(list); i++) {
		blkid_partition partition = blkid_partlist_get_partition(list, i);
		uint64_t start = (uint64_t)blkid_partition_get_start(partition) * BLKID_SECTOR;
		uint64_t size = (uint64_t)blkid_partition_get_size(partition) * BLKID_SECTOR;

		/* A table may lie about the disk it is on. */
		if (size && start < disk_size && size <= disk_size - start)
			ret = extents_add(extents, start, size, path, err);
	}
	blkid_free_probe(probe);
	return ret;
}

int signatures_erase(int fd, const char *path, struct extent extent, unsigned *erased,
		     struct err *err)
{
	blkid_probe probe = open_probe(fd, path, extent, err);
	int ret = 0, found = 0;

	if (!probe)
		return -1;
	for (unsigned i = 0; ret == 0 && (found = blkid_do_probe(probe)) == 0; i++) {
		if (i == SIGNATURES_MAX || blkid_do_wipe(probe, 0) < 0)
			ret = err_set(err, ERR_WIPE, path,
				      "cannot erase an old signature in the extent at byte %ju",
				      (uintmax_t)extent.start);
		else
			(*erased)++;
	}
	if (ret == 0 && found < 0)
		ret = cannot_read(path, extent.start, err);
	blkid_free_probe(probe);
	return ret;
}

int signatures_left(int fd, const char *path, struct extent extent, char *type, struct err *err)
{
	blkid_probe probe = open_probe(fd, path, extent, err);
	const char *found = "unknown";
	int probed;

	if (!probe)
		return -1;
	probed = blkid_do_probe(probe);
	if (probed < 0)
		cannot_read(path, extent.start, err);
	if (probed == 0 && blkid_probe_lookup_value(probe, "TYPE", &found, NULL) < 0)
		blkid_probe_lookup_value(probe, "PTTYPE", &found, NULL);
	snprintf(type, TYPE_SIZE, "%s", probed == 0 ? found : "");
	blkid_free_probe(probe);
	return probed < 0 ? -1 : probed == 0;
}
