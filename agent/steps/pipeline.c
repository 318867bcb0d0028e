#include "steps/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/decompress.h"
#include "archive/extract.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"
#include "facts/facts_read.h"
#include "steps/source.h"

#define TOTAL_MARK "newroot-total " /* the last line that the extract stage prints */

struct stages {
	const struct context *ctx;
	const struct pipeline *pipeline;
	struct xfs_push
		push; /* opened by the parent: the extract stage has another root directory */
};

static int fetch_stage(void *arg, struct err *err)
{
	const struct stages *s = arg;

	return source_stream(s->ctx, s->pipeline->source, STDOUT_FILENO, err);
}

static int decompress_stage(void *arg, struct err *err)
{
	const struct stages *s = arg;
	struct decompress_limits limits = decompress_limits_of(s->ctx->machine.memory);

	limits.moved = child_alive;
	return decompress_stream(STDIN_FILENO, STDOUT_FILENO, &limits, err);
}

/* Each missing folder of `path`, itself as well. */
static int make_folders(const char *path, struct err *err)
{
	char part[PATH_MAX];

	for (const char *slash = path; slash && slash[1]; slash = strchr(slash + 1, '/')) {
		const char *next = strchr(slash + 1, '/');

		snprintf(part, sizeof(part), "%.*s", (int)(next ? next - path : (long)strlen(path)),
			 path);
		if (mkdir(part, 0755) && errno != EEXIST)
			return err_sys(err, ERR_IO, part, "cannot make the destination");
	}
	return 0;
}

/*
 * Runs with the new system as its root directory, so that a link on the way to the destination
 * means what it will mean there; then the destination becomes the root directory.
 */
static int extract_stage(void *arg, struct err *err)
{
	struct stages *s = arg;
	const char *to = s->pipeline->to;
	struct extract_options options = {.push = &s->push,
					  .seen = s->pipeline->seen,
					  .check = s->pipeline->check,
					  .ctx = s->pipeline->ctx};
	struct extract_totals totals;
	int root_fd, ret = -1;

	options.accounts_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (make_folders(to, err))
		return -1;
	if (chroot(to) || chdir("/"))
		return err_sys(err, ERR_IO, to, "cannot enter the destination");
	root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0 || options.accounts_fd < 0)
		err_sys(err, ERR_IO, to, "cannot open the destination");
	else
		ret = extract_stream(STDIN_FILENO, root_fd, &options, &totals, err);
	close(options.accounts_fd);
	close(root_fd);
	if (ret == 0)
		printf(TOTAL_MARK "%" PRIu64 " %" PRIu64 " %" PRIu64 " '%s' of /%s\n", totals.bytes,
		       totals.entries, totals.left_out, totals.left_out_name, totals.left_out_of);
	return ret;
}

static int copy_to(int fd, const char *path, struct err *err)
{
	char *piece = malloc(FETCH_PIECE);
	ssize_t got = -1;
	int ret = 0;

	if (!piece)
		return err_set(err, ERR_MEMORY, path, "no memory for a buffer");
	while (ret == 0 && (got = read_all(STDIN_FILENO, piece, FETCH_PIECE)) > 0)
		ret = write_all(fd, piece, (size_t)got);
	free(piece);
	if (ret == 0 && got == 0 && fsync(fd) == 0)
		return 0;
	return err_sys(err, errno == ENOSPC ? ERR_ARCHIVE_SPACE : ERR_IO, path, "cannot write %s",
		       path);
}

/* Runs with the new system as its root directory, as the extract stage does. */
static int save_stage(void *arg, struct err *err)
{
	const struct stages *s = arg;
	const char *to = s->pipeline->to;
	char folder[PATH_MAX];
	int fd, ret;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(to, '/') - to), to);
	if (make_folders(folder, err))
		return -1;
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, ERR_IO, to, "cannot make %s", to);
	ret = copy_to(fd, to, err);
	close(fd);
	return ret;
}

static int require_service(const struct context *ctx, const struct pipeline *pipeline,
			   struct err *err)
{
	if (ctx->service || !source_needs_service(pipeline->source))
		return 0;
	return err_set(err, ERR_USAGE, pipeline->source->path,
		       "unpacking %s needs the service: give newroot.url=", pipeline->item);
}

int pipeline_save(struct context *ctx, const struct pipeline *pipeline, struct err *err)
{
	struct stages s = {.ctx = ctx, .pipeline = pipeline};
	const struct child children[] = {
		{.name = pipeline->item, .fn = fetch_stage, .arg = &s, .stall_s = UNPACK_STALL_S},
		{.name = "save", .fn = save_stage, .arg = &s, .root = NEWROOT_MOUNT},
	};

	if (require_service(ctx, pipeline, err))
		return -1;
	if (child_pipeline(children, sizeof(children) / sizeof(*children), ctx->watch, err))
		return err_prefix(err, "copy %s", pipeline->item);
	log_line("copied %s to %s", pipeline->item, pipeline->to);
	return 0;
}

/* The last line, which alone is the extract stage's own: those before it may have names of the archive. */
static char *last_line(char *out)
{
	size_t size = strlen(out);
	char *newline;

	if (size && out[size - 1] == '\n')
		size--;
	newline = memrchr(out, '\n', size);
	return newline ? newline + 1 : out;
}

/* Take the last line away from what the stages printed. */
static int take_totals(struct context *ctx, const char *item, char *out, struct err *err)
{
	char *mark = last_line(out);
	uint64_t bytes, entries, left_out;
	int first = 0;

	if (sscanf(mark, TOTAL_MARK "%" SCNu64 " %" SCNu64 " %" SCNu64 " %n", &bytes, &entries,
		   &left_out, &first) != 3)
		return err_set(err, ERR_INTERNAL, item, "unpacking printed no totals, or too much");
	ctx->bytes += bytes;
	if (left_out)
		ctx->note(
			"unpack %s: %" PRIu64
			" extended attributes that no filesystem of the new system has were left out; the first is %.*s",
			item, left_out, (int)strcspn(mark + first, "\n"), mark + first);
	*mark = '\0';
	log_line("unpacked %s: %" PRIu64 " entries, %" PRIu64 " bytes", item, entries, bytes);
	return 0;
}

int pipeline_run(struct context *ctx, const struct pipeline *pipeline, struct err *err)
{
	struct stages s = {.ctx = ctx, .pipeline = pipeline};
	const char *item = pipeline->item;
	char totals[512];
	char *out = pipeline->out ? pipeline->out : totals;
	const struct child children[] = {
		{.name = item, .fn = fetch_stage, .arg = &s, .stall_s = UNPACK_STALL_S},
		{.name = "decompress", .fn = decompress_stage, .arg = &s},
		{.name = "extract",
		 .fn = extract_stage,
		 .arg = &s,
		 .root = NEWROOT_MOUNT,
		 .out = out,
		 .out_size = pipeline->out ? pipeline->out_size : sizeof(totals)},
	};
	int ret;

	if (require_service(ctx, pipeline, err))
		return -1;
	xfs_push_open(&s.push, ctx->machine.memory);
	ret = child_pipeline(children, sizeof(children) / sizeof(*children), ctx->watch, err);
	xfs_push_close(&s.push);
	if (ret)
		return err_prefix(err, "unpack %s", item);
	return take_totals(ctx, item, out, err);
}

static int look_stage(void *arg, struct err *err)
{
	struct facts facts;

	(void)arg;
	return facts_read(STDIN_FILENO, &facts, err) ? -1 : facts_write(STDOUT_FILENO, &facts, err);
}

int pipeline_look(struct context *ctx, const struct pipeline *pipeline, struct facts *facts,
		  struct err *err)
{
	struct stages s = {.ctx = ctx, .pipeline = pipeline};
	char *out = arena_alloc(ctx->arena, FACTS_BYTES_MAX + 1);
	const struct child children[] = {
		{.name = pipeline->item, .fn = fetch_stage, .arg = &s, .stall_s = UNPACK_STALL_S},
		{.name = "decompress", .fn = decompress_stage, .arg = &s},
		{.name = "look", .fn = look_stage, .out = out, .out_size = FACTS_BYTES_MAX + 1},
	};

	if (require_service(ctx, pipeline, err) ||
	    child_pipeline(children, sizeof(children) / sizeof(*children), ctx->watch, err))
		return err_prefix(err, "read %s", pipeline->item);
	return facts_parse(facts, out, strlen(out), err);
}
