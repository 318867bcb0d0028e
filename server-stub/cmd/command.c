#include "cmd/command.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site/data.h"

#define HELP_COLUMN 22 /* where the helps of short options begin */

const char *command_data_path = DATA_DEFAULT;

static const struct option_row *find_row(const struct command *command, const char *name,
					 size_t len)
{
	for (const struct option_row *row = command->options; row->name; row++)
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
static int take_option(const struct command *command, int argc, char **argv, int *i,
		       struct err *err)
{
	char *text = argv[*i] + 2, *equals = strchr(text, '=');
	const size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const struct option_row *row = find_row(command, text, len);

	if (!row)
		return err_set(err, ERR_USAGE, argv[*i], "is no option of %s", command->name);
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

char command_name[32], command_words[256];

static void take_words(const struct command *command, int argc, char **argv)
{
	size_t used = 0;

	snprintf(command_name, sizeof(command_name), "%s", command->name);
	command_words[0] = '\0';
	for (int i = 0; i < argc && used < sizeof(command_words); i++)
		used += (size_t)snprintf(command_words + used, sizeof(command_words) - used, "%s%s",
					 i ? " " : "", argv[i]);
}

/* Where sudo and su leave it as it was; without a login it is who runs this. */
static uid_t login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	unsigned long uid = UINT32_MAX;

	if (file) {
		if (fscanf(file, "%lu", &uid) != 1)
			uid = UINT32_MAX;
		fclose(file);
	}
	return uid < UINT32_MAX ? (uid_t)uid : getuid();
}

const char *command_user(void)
{
	static char text[80];
	const uid_t uid = login_uid();
	const struct passwd *user = getpwuid(uid);

	snprintf(text, sizeof(text), "%.40s (uid %lu)", user ? user->pw_name : "unknown",
		 (unsigned long)uid);
	return text;
}

int command_parse(const struct command *command, int argc, char **argv, char **operands,
		  size_t *count, struct err *err)
{
	bool options = true;

	take_words(command, argc, argv);
	*count = 0;
	for (int i = 0; i < argc; i++) {
		if (options && !strcmp(argv[i], "--")) {
			options = false;
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			if (argv[i][1] != '-')
				return err_set(err, ERR_USAGE, argv[i],
					       "is no option; all are --long");
			if (take_option(command, argc, argv, &i, err) < 0)
				return -1;
		} else if (!argv[i][0]) {
			/* Of a script whose variable is not set: VMs without a group would be this one's. */
			return err_set(err, ERR_USAGE, command->name, "an empty %s is refused",
				       command->operands[0] ? command->operands : "operand");
		} else if (*count < command->operands_max) {
			operands[(*count)++] = argv[i];
		} else {
			return err_set(err, ERR_USAGE, argv[i], "%s takes %s%s", command->name,
				       command->operands[0] ? "only " : "no operands",
				       command->operands);
		}
	}
	if (*count < command->operands_min)
		return err_set(err, ERR_USAGE, command->name, "needs %s", command->operands);
	return 0;
}

int command_number(const char *name, const char *text, long min, long max, long *value,
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

void command_help(const struct command *command)
{
	int width = HELP_COLUMN;

	printf("usage: newroot-server %s%s%s [OPTION…]\n%s.\n\n", command->name,
	       command->operands[0] ? " " : "", command->operands, command->summary);
	for (const struct option_row *row = command->options; row->name; row++)
		if (left_width(row) > width)
			width = left_width(row);
	for (const struct option_row *row = command->options; row->name; row++)
		printf("  --%s%s%s%*s %s\n", row->name, row->argument ? " " : "",
		       row->argument ? row->argument : "", width - left_width(row), "", row->help);
}
