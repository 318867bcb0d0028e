#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "job/job.h"
#include "job/syntax.h"
#include "job/tables.h"

int job_parse(struct job *job, const char *text, size_t size, struct arena *arena,
	      struct err_list *errors)
{
	struct reader r = {.arena = arena, .errors = errors};
	struct value whole = {.path = ""};
	size_t before = errors->count + errors->dropped;
	char *copy = arena_alloc(arena, size + 1);
	json_t *json;

	memcpy(copy, text, size);
	*job = (struct job){.text = copy, .text_size = size};
	json = syntax_parse(&r, "a job", JOB_BYTES_MAX, copy, size);
	whole.json = json;
	if (json)
		read_object_of(&r, &job_object, &whole, job);
	json_decref(json);
	return errors->count + errors->dropped == before ? 0 : -1;
}

int job_read(struct job *job, const char *path, struct arena *arena, struct err_list *errors)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(arena, JOB_BYTES_MAX + 1);
	/* One byte more than is accepted, so that job_parse() sees that there is too much. */
	ssize_t size = fd < 0 ? -1 : read_all(fd, text, JOB_BYTES_MAX + 1);
	struct err err;

	if (size < 0) {
		err_sys(&err, ERR_IO, path, "the job file cannot be read");
		err_list_add(errors, &err);
	}
	if (fd >= 0 && !is_stdin)
		close(fd);
	return size < 0 ? -1 : job_parse(job, text, (size_t)size, arena, errors);
}
