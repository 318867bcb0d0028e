#include "steps/refuse.h"

#include "steps/disk_errors.h"

int refuse(const struct context *ctx, const struct err_list *errors, struct err *err)
{
	size_t count = errors->count + errors->dropped;

	for (size_t i = 0; i < errors->count; i++) {
		struct err item = errors->item[i];

		disk_errors_identify(&ctx->machine, &item);
		if (i == 0)
			*err = item;
		ctx->note("error %zu of %zu [%s] %s%s%s", i + 1, count, err_name(item.code),
			  item.where, *item.where ? ": " : "", item.msg);
	}
	return count == 1 ? -1
			  : err_prefix(err, "%zu errors, nothing was written; the first", count);
}
