#include "command.h"

#include <string.h>

static void print_help(const struct command_form *form, FILE *out)
{
	fputs(form->usage, out);
	options_print(form->options, out);
	if (form->print_more)
		form->print_more(out);
}

int command_wrong(const struct command_form *form, const char *why)
{
	fprintf(stderr, "newroot %s: %s\n", form->name, why);
	print_help(form, stderr);
	return err_exit_status(ERR_USAGE);
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

bool command_options(const struct command_form *form, int argc, char **argv, size_t *count,
		     int *status)
{
	const struct command_line line = {
		.name = form->name,
		.operands = form->operands ? form->operands : "",
		.operands_min = form->operands_min,
		.operands_max = form->operands_max,
		.options = form->options,
	};
	struct err err = ERR_INIT;
	size_t none;

	*status = 0;
	if (asks_for_help(argc, argv)) {
		print_help(form, stdout);
		return false;
	}
	if (options_parse(&line, argc - 1, argv + 1, argv + 1, count ? count : &none, &err) == 0)
		return true;
	if (strcmp(err.where, form->name) != 0)
		err_prefix(&err, "%s", err.where);
	*status = command_wrong(form, err.msg);
	return false;
}
