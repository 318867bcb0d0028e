#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 22 /* where the helps of short options begin */

static const struct option_row *find_row(const struct command_line *line, const char *name,
					 size_t len)
{
	for (const struct option_row *row = line->options; row->name; row++)
		if (strlen(row->name) == len && !strncmp(row->name, name, len))
			return row;
	return NULL;
}

static int set_list(const struct option_row *row, char *value, struct err *err)
{
	struct option_list *list = row->value;

	if (list->count == OPTION_LIST_MAX)
		return err_set(err, ERR_USAGE, row->name, "--%s is accepted %d times at most",
			       row->name, OPTION_LIST_MAX);
	list->item[list->count++] = value;
	return 0;
}

static int set_value(const struct option_row *row, char *value, struct err *err)
{
	if (row->kind == OPTION_LIST)
		return set_list(row, value, err);
	*(const char **)row->value = value;
	return 0;
}

/* One option at argv[*i]; "--name=value" and "--name value" are the same. */
static int take_option(const struct command_line *line, int argc, char **argv, int *i,
		       struct err *err)
{
	char *text = argv[*i] + 2, *equals = strchr(text, '=');
	const size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const struct option_row *row = find_row(line, text, len);

	if (!row)
		return err_set(err, ERR_USAGE, argv[*i], "is no option of %s", line->name);
	if (row->kind == OPTION_FLAG) {
		if (equals)
			return err_set(err, ERR_USAGE, row->name, "--%s takes no value", row->name);
		*(bool *)row->value = true;
		return 0;
	}
	if (equals)
		return set_value(row, equals + 1, err);
	if (++*i == argc)
		return err_set(err, ERR_USAGE, row->name, "--%s needs %s", row->name,
			       row->argument);
	return set_value(row, argv[*i], err);
}

int options_parse(const struct command_line *line, int argc, char **argv, char **operands,
		  size_t *count, struct err *err)
{
	bool options = true;

	*count = 0;
	for (int i = 0; i < argc; i++) {
		if (options && !strcmp(argv[i], "--")) {
			options = false;
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			if (argv[i][1] != '-')
				return err_set(err, ERR_USAGE, argv[i],
					       "is no option; all are --long");
			if (take_option(line, argc, argv, &i, err) < 0)
				return -1;
		} else if (!argv[i][0]) {
			/* Of a script whose variable is not set: VMs without a group would be this one's. */
			return err_set(err, ERR_USAGE, line->name, "an empty %s is refused",
				       line->operands[0] ? line->operands : "operand");
		} else if (*count < line->operands_max) {
			operands[(*count)++] = argv[i];
		} else {
			return err_set(err, ERR_USAGE, argv[i], "%s takes %s%s", line->name,
				       line->operands[0] ? "only " : "no operands", line->operands);
		}
	}
	if (*count < line->operands_min)
		return err_set(err, ERR_USAGE, line->name, "needs %s", line->operands);
	return 0;
}

int options_number(const char *name, const char *text, long min, long max, long *value,
		   struct err *err)
{
	char *end;
	long given;

	if (!text)
		return 0;
	given = strtol(text, &end, 10);
	if (end == text || *end || given < min || given > max)
		return err_set(err, ERR_USAGE, name, "'%.20s' is not a number from %ld to %ld",
			       text, min, max);
	*value = given;
	return 0;
}

static int left_width(const struct option_row *row)
{
	return (int)strlen("--") + (int)strlen(row->name) +
	       (row->argument ? 1 + (int)strlen(row->argument) : 0);
}

static void print_row(const struct option_row *row, int width, FILE *out)
{
	const char *help = row->help;
	size_t size = strcspn(help, "\n");

	fprintf(out, "  --%s%s%s%*s %.*s\n", row->name, row->argument ? " " : "",
		row->argument ? row->argument : "", width - left_width(row), "", (int)size, help);
	while (help[size]) {
		help += size + 1;
		size = strcspn(help, "\n");
		fprintf(out, "  %*s %.*s\n", width, "", (int)size, help);
	}
}

void options_print(const struct option_row *options, FILE *out)
{
	int width = HELP_COLUMN;

	for (const struct option_row *row = options; row->name; row++)
		if (left_width(row) > width)
			width = left_width(row);
	for (const struct option_row *row = options; row->name; row++)
		print_row(row, width, out);
}
