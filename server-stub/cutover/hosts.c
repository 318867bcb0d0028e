#include "cutover/hosts.h"

#include <string.h>

#include "util/text.h"

#define MARK "# newroot group "

/* One name with one address may stand in several rows, which differ in the old address. */
static bool is_first(const struct public_table *public, size_t i)
{
	const struct public_row *row = &public->row[i];

	while (i-- > 0)
		if (!strcmp(public->row[i].name, row->name) &&
		    !strcmp(public->row[i].new, row->new))
			return false;
	return true;
}

/* A line for each name: resolvers differ in how many names, and how long a line, they take. */
static size_t print_names(FILE *out, const struct cutover_group *group)
{
	size_t count = 0;

	for (size_t i = 0; i < group->public.count; i++) {
		const struct public_row *row = &group->public.row[i];

		if (!row->name[0] || !is_first(&group->public, i))
			continue;
		if (out)
			fprintf(out, "%-15s %s " MARK "%s\n", row->new, row->name, group->name);
		count++;
	}
	return count;
}

static void print_removal(FILE *out, const char *group)
{
	fprintf(out, "sed -i.bak '/" MARK);
	/* Of what a group's name may hold, only the dot means something to sed. */
	for (; *group; group++)
		fprintf(out, "%s%c", *group == '.' ? "\\" : "", *group);
	fprintf(out, "$/d' /etc/hosts");
}

void hosts_print_removal(FILE *out, const char *group)
{
	print_removal(out, group);
	fputc('\n', out);
}

int hosts_print(FILE *out, const struct cutover_group *group, int64_t now_ms, struct err *err)
{
	char now[TEXT_TIME_MAX];

	if (!print_names(NULL, group))
		return err_set(err, ERR_SERVICE_PUBLIC, group->name,
			       "no VM of the group has public names");
	fprintf(out, "# begin: public names at their new addresses, as of %s UTC " MARK "%s\n",
		text_time(now, now_ms), group->name);
	print_names(out, group);
	fprintf(out, "# end; to take these lines out again: ");
	print_removal(out, group->name);
	fprintf(out, " " MARK "%s\n", group->name);
	return 0;
}
