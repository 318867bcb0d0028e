#include "service/sink.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"

void sink_init(struct sink *sink)
{
	sha256_init(&sink->sha);
}

int sink_write(struct sink *sink, const void *piece, size_t size, struct err *err)
{
	if (!size)
		return 0;
	if (sink->sha256)
		sha256_update(&sink->sha, size, piece);
	if (write_all(sink->out_fd, piece, size))
		return err_sys(err, ERR_IO, sink->url, "its reader went away");
	sink->done += size;
	if (sink->progress)
		sink->progress(sink->done, sink->total);
	return 0;
}

int sink_check(const struct sink *sink, struct err *err)
{
	struct sha256_ctx sha = sink->sha;
	uint8_t got[SHA256_DIGEST_SIZE];
	char got_hex[2 * sizeof(got) + 1], wanted_hex[2 * sizeof(got) + 1];

	if (!sink->sha256)
		return 0;
	sha256_digest(&sha, sizeof(got), got);
	if (!memcmp(got, sink->sha256, sizeof(got)))
		return 0;
	for (size_t i = 0; i < sizeof(got); i++) {
		snprintf(got_hex + 2 * i, 3, "%02x", got[i]);
		snprintf(wanted_hex + 2 * i, 3, "%02x", sink->sha256[i]);
	}
	return err_set(err, ERR_ARCHIVE_HASH, sink->url, "its sha256 is %s, the job asks for %s",
		       got_hex, wanted_hex);
}
