#include "steps/source.h"

#include <string.h>

#include "base/child.h"
#include "base/nfs_url.h"
#include "nfs/nfs_fetch.h"
#include "service/fetch.h"

static const struct net_limits nfs_limits = NET_LIMITS_DEFAULT;

bool source_needs_service(const struct job_source *source)
{
	return strncmp(source->url, NFS_SCHEME, strlen(NFS_SCHEME)) != 0;
}

int source_head(const struct context *ctx, const struct job_source *source,
		struct source_info *info, struct err *err)
{
	struct fetch_info found;

	*info = (struct source_info){.has_length = true};
	if (!source_needs_service(source))
		return nfs_head(source->url, &nfs_limits, &info->length, err);
	if (fetch_head(ctx->service, source->url, &found, err))
		return -1;
	*info = (struct source_info){.length = found.length, .has_length = found.has_length};
	return 0;
}

int source_stream(const struct context *ctx, const struct job_source *source, int out_fd,
		  struct err *err)
{
	const uint8_t *sha256 = source->has_sha256 ? source->sha256 : NULL;
	uint64_t bytes;

	if (!source_needs_service(source))
		return nfs_stream(source->url, &nfs_limits, sha256, out_fd, child_progress, &bytes,
				  err);
	return fetch_stream(ctx->service, source->url, sha256, out_fd, child_progress, &bytes, err);
}
