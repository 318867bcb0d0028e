/* What the running kernel's device-mapper can do. */
#include "mapper/mapper.h"
#include "snapshot/snapshot.h"

bool snapshot_kernel_merges(void)
{
	return mapper_has_target("snapshot-merge");
}
