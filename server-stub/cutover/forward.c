#include "cutover/forward.h"

#include <string.h>

#include "util/text.h"

static int refuse_two(const struct public_row *a, const struct public_row *b, struct err *err)
{
	return err_set(err, ERR_SERVICE_PUBLIC, a->old,
		       "would have to go to two addresses: %s (%s) and %s (%s)", a->new, a->vm,
		       b->new, b->vm);
}

static int check_row(const struct public_table *public, size_t i, struct err *err)
{
	const struct public_row *row = &public->row[i];

	if (!row->old[0])
		return 0;
	if (public_is_v6(row->old) != public_is_v6(row->new))
		return err_set(err, ERR_SERVICE_PUBLIC, row->old,
			       "can't be forwarded to %s (%s): one is IPv4, the other IPv6",
			       row->new, row->vm);
	for (size_t j = 0; j < i; j++)
		if (!strcmp(public->row[j].old, row->old) && strcmp(public->row[j].new, row->new))
			return refuse_two(&public->row[j], row, err);
	return 0;
}

size_t forward_count(const struct cutover_group *group, bool v6)
{
	size_t count = 0;

	for (size_t i = 0; i < group->public.count; i++)
		count += public_moves(&group->public, i) &&
			 public_is_v6(group->public.row[i].old) == v6;
	return count;
}

int forward_check(const struct cutover_group *group, struct err *err)
{
	for (size_t i = 0; i < group->public.count; i++)
		if (check_row(&group->public, i, err) < 0)
			return -1;
	return 0;
}

void forward_print_head(FILE *out, const struct cutover_group *group, int64_t now_ms)
{
	char now[TEXT_TIME_MAX];

	fprintf(out,
		"# newroot: forward the old public addresses of group %s, as of %s UTC\n"
		"#\n"
		"# For the old edge, after cutover: everything that comes to an old address goes on to the new one,\n"
		"# with the edge as its source, so that answers come back through it.\n"
		"# Also a login to the edge by one of these addresses: use another one.\n"
		"# Connections that exist stay where they are; new ones are forwarded.\n"
		"#\n",
		group->name, text_time(now, now_ms));
}
