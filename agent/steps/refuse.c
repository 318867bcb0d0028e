#include "steps/refuse.h"

int refuse(const struct context *ctx, const struct err_list *errors, struct err *err)
{
	size_t count = errors->count + errors->dropped;

	for (size_t i = 0; i < errors->count; i++) {
		const struct err *item = &errors->item[i];

		ctx->note("error %zu of %zu [%s] %s%s%s", i + 1, count, err_name(item->code),
			  item->where, *item->where ? ": " : "", item->msg);
	}
	*err = errors->item[0];
	return count == 1 ? -1
			  : err_prefix(err, "%zu errors, nothing was written; the first", count);
}
