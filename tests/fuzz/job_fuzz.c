/* Any bytes as a job: refused with at least one error, or accepted as a whole. */
#include <stdlib.h>
#include <string.h>

#include "job/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What later steps take for granted of a job that was accepted. */
static void check_accepted(const struct job *job)
{
	bool root = false;

	if (!job->vg || !job->boot.label || !job->root_options || !job->kernel.command_line)
		abort();
	for (size_t i = 0; i < job->volume_count; i++) {
		const struct job_volume *volume = &job->volumes[i];

		if (!volume->name || !volume->mount_options || !volume->json_path)
			abort();
		root |= volume->mount && !strcmp(volume->mount, "/");
	}
	for (size_t i = 0; i < job->archive_count; i++)
		if (!job->archives[i].to || !job->archives[i].source.url)
			abort();
	for (size_t i = 0; i < job->file_count; i++)
		if (!job->files[i].path || !job->files[i].content || !job->files[i].owner)
			abort();
	if (!root || (job->network.given && !job->network.hostname))
		abort();
	job_profile(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct err_list errors = {0};
	struct job job;
	int ret = job_parse(&job, (const char *)data, size, &arena, &errors);

	if ((ret == 0) != (errors.count == 0))
		abort();
	if (ret == 0)
		check_accepted(&job);
	err_list_free(&errors);
	arena_free(&arena);
	return 0;
}
