#include "cmd/command.h"

#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "site/data.h"

const char *command_data_path = DATA_DEFAULT;

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
	const struct command_line line = {
		.name = command->name,
		.operands = command->operands,
		.operands_min = command->operands_min,
		.operands_max = command->operands_max,
		.options = command->options,
	};

	take_words(command, argc, argv);
	return options_parse(&line, argc, argv, operands, count, err);
}

void command_help(const struct command *command)
{
	printf("usage: newroot-server %s%s%s [OPTION…]\n%s.\n\n", command->name,
	       command->operands[0] ? " " : "", command->operands, command->summary);
	options_print(command->options, stdout);
}
