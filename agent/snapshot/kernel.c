/* What the running kernel's device-mapper can do. */
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "snapshot/snapshot.h"

#define CONTROL    "/dev/" DM_DIR "/" DM_CONTROL_NODE
#define MERGE      "snapshot-merge"
#define LIST_BYTES (16 * 1024) /* a kernel has some thirty targets */

/* `list`: struct dm_target_versions, each with the offset of the next one, 0 in the last. */
static bool lists(const char *list, size_t size, const char *target)
{
	struct dm_target_versions version;

	while (size > sizeof(version)) {
		memcpy(&version, list, sizeof(version));
		if (!strncmp(list + sizeof(version), target, size - sizeof(version)))
			return true;
		if (!version.next || version.next > size)
			return false;
		list += version.next;
		size -= version.next;
	}
	return false;
}

bool snapshot_kernel_merges(void)
{
	union {
		struct dm_ioctl head;
		char bytes[LIST_BYTES];
	} answer = {.head = {.version = {4, 0, 0},
			     .data_size = sizeof(answer),
			     .data_start = sizeof(answer.head)}};
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	bool found;

	if (fd < 0)
		return false;
	found = ioctl(fd, DM_LIST_VERSIONS, &answer) == 0 &&
		answer.head.data_start < sizeof(answer) &&
		lists(answer.bytes + answer.head.data_start,
		      sizeof(answer) - answer.head.data_start, MERGE);
	close(fd);
	return found;
}
