#include "nfs/nfs_fetch.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "nfs/nfs_reader.h"
#include "service/retry.h"
#include "service/sink.h"

/* Errors name the URL; what the mount names goes before its message. */
static int name_url(const char *url, struct err *err)
{
	if (*err->where && strcmp(err->where, url))
		err_prefix(err, "%s", err->where);
	snprintf(err->where, sizeof(err->where), "%s", url);
	return -1;
}

static int look(const struct nfs_url *url, const struct net_limits *limits, uint64_t *length,
		struct err *err)
{
	struct nfs_reader reader = {.url = url, .limits = limits, .look = true};
	struct nfs_file file;

	if (nfs_reader_start(&reader, &file, err))
		return -1;
	nfs_reader_stop(&reader);
	*length = file.size;
	return 0;
}

int nfs_head(const char *url, const struct net_limits *limits, uint64_t *length, struct err *err)
{
	struct retry retry = {.limits = limits};
	struct nfs_url parsed;

	if (nfs_url_parse(&parsed, url, err))
		return -1;
	while (true) {
		struct err last = ERR_INIT;

		if (!look(&parsed, limits, length, &last))
			return 0;
		name_url(url, &last);
		if (retry_wait(&retry, &last))
			return err_keep(err, &last);
	}
}

struct reading {
	struct nfs_url url;
	const struct net_limits *limits;
	struct sink sink;
	struct retry retry;
	struct nfs_file file; /* as it was when it was opened first */
	bool begun;
	uint8_t piece[FETCH_PIECE];
};

static int changed(const struct reading *reading, const char *what, struct err *err)
{
	return err_set(err, ERR_ARCHIVE_CHANGED, reading->sink.url,
		       "another %s than at its start was met at byte %" PRIu64, what,
		       reading->sink.done);
}

static int check_same(struct reading *reading, const struct nfs_file *file, struct err *err)
{
	const struct nfs_file *first = &reading->file;

	if (!reading->begun) {
		reading->file = *file;
		reading->sink.total = file->size;
		reading->begun = true;
	}
	if (first->size != file->size)
		return changed(reading, "length", err);
	/* Without a hash it is all that tells of another version; with one it is a hint. */
	if (reading->sink.sha256)
		return 0;
	if (first->time.tv_sec != file->time.tv_sec || first->time.tv_nsec != file->time.tv_nsec)
		return changed(reading, "time of modification", err);
	return 0;
}

static int copy(struct reading *reading, struct nfs_reader *reader, struct err *err)
{
	struct sink *sink = &reading->sink;

	while (sink->done < sink->total) {
		ssize_t got = nfs_reader_read(reader, reading->piece, FETCH_PIECE, err);

		if (got < 0)
			return -1;
		if (got == 0)
			return err_set(err, ERR_CHILD_DIED, NULL, "the process that read it died");
		if (sink_write(sink, reading->piece, (size_t)got, err))
			return -1;
		retry_progress(&reading->retry);
	}
	return 0;
}

static int read_once(struct reading *reading, struct err *err)
{
	struct nfs_reader reader = {
		.url = &reading->url, .limits = reading->limits, .from = reading->sink.done};
	struct nfs_file file;
	int ret;

	if (nfs_reader_start(&reader, &file, err))
		return -1;
	ret = check_same(reading, &file, err) || copy(reading, &reader, err) ? -1 : 0;
	nfs_reader_stop(&reader);
	return ret;
}

static int read_whole(struct reading *reading, struct err *err)
{
	while (true) {
		struct err last = ERR_INIT;

		if (!read_once(reading, &last))
			return sink_check(&reading->sink, err);
		name_url(reading->sink.url, &last);
		if (retry_wait(&reading->retry, &last))
			return err_keep(err, &last);
	}
}

int nfs_stream(const char *url, const struct net_limits *limits, const uint8_t *sha256, int out_fd,
	       void (*progress)(uint64_t done, uint64_t total), uint64_t *bytes, struct err *err)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	int ret;

	if (!reading)
		return err_set(err, ERR_MEMORY, url, "no memory for a stream");
	reading->limits = limits;
	reading->sink =
		(struct sink){.url = url, .out_fd = out_fd, .progress = progress, .sha256 = sha256};
	reading->retry.limits = limits;
	sink_init(&reading->sink);
	ret = nfs_url_parse(&reading->url, url, err) ? -1 : read_whole(reading, err);
	*bytes = reading->sink.done;
	free(reading);
	return ret;
}
