#include "job/job.h"

const char *job_snapshot_name(const struct job_volume *volume, struct arena *arena)
{
	if (!volume->snapshot.bytes && !volume->snapshot.hundredths)
		return NULL;
	return arena_printf(arena, "%s" JOB_SNAPSHOT_SUFFIX, volume->name);
}
