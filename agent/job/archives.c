#include <string.h>

#include "job/job.h"

bool job_unpacks_to(const struct job *job, const char *folder)
{
	const size_t size = strlen(folder);

	for (size_t i = 0; i < job->archive_count; i++) {
		const char *to = job->archives[i].to;

		if (!strcmp(to, "/usr") ||
		    (!strncmp(to, folder, size) && (!to[size] || to[size] == '/')))
			return true;
	}
	return false;
}
