/* `newroot check`: every rule of a job that needs no hardware, every error at once. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "command.h"
#include "job/job.h"

static const char usage[] = "usage: newroot check [--json] FILE\n"
			    "Checks a job on any Linux machine; needs no root and no network.\n"
			    "FILE may be - for stdin.\n";

static void print_statuses(FILE *out)
{
	fputs("exit status: 0 good, 1 the file cannot be read, 2 usage, 3 the job is refused\n",
	      out);
}

static json_t *error_json(const struct err *err)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "path", err->where, "code", err_name(err->code),
			 "message", err->msg, "help", err_help(err->code));
}

static int print_json(const char *path, const struct err_list *errors)
{
	json_t *list = json_array();
	json_t *result;
	int ret;

	for (size_t i = 0; i < errors->count; i++)
		json_array_append_new(list, error_json(&errors->item[i]));
	result = json_pack("{s:s, s:b, s:o, s:I}", "file", path, "ok", errors->count == 0, "errors",
			   list, "more", (json_int_t)errors->dropped);
	ret = json_dumpf(result, stdout, JSON_INDENT(2));
	json_decref(result);
	return ret || putchar('\n') == EOF || fflush(stdout) ? -1 : 0;
}

static int print_text(const char *path, const struct err_list *errors)
{
	size_t count = errors->count + errors->dropped;

	if (count == 0)
		return printf("%s: a good job\n", path) < 0 || fflush(stdout) ? -1 : 0;
	for (size_t i = 0; i < errors->count; i++) {
		const struct err *err = &errors->item[i];

		fprintf(stderr, "%s%s%s [%s]\n", err->where, err->where[0] ? ": " : "", err->msg,
			err_name(err->code));
	}
	if (errors->dropped)
		fprintf(stderr, "and %zu more\n", errors->dropped);
	fprintf(stderr, "%s: %zu error%s\n", path, count, count == 1 ? "" : "s");
	return 0;
}

static int check(const char *path, bool json)
{
	struct arena arena = {0};
	struct err_list errors = {0};
	struct job job;
	int status = 0;

	if (job_read(&job, path, &arena, &errors))
		status = err_exit_status(errors.count ? errors.item[0].code : ERR_MEMORY);
	if (json ? print_json(path, &errors) : print_text(path, &errors))
		status = err_exit_status(ERR_IO);
	err_list_free(&errors);
	arena_free(&arena);
	return status;
}

int cmd_check(int argc, char **argv)
{
	bool json = false;
	const struct option_row options[] = {
		{"json", OPTION_FLAG, &json, NULL, "print the result to stdout as JSON"},
		{0},
	};
	const struct command_form form = {
		.name = "check",
		.usage = usage,
		.options = options,
		.operands = "FILE",
		.operands_min = 1,
		.operands_max = 1,
		.print_more = print_statuses,
	};
	size_t count;
	int status;

	return command_options(&form, argc, argv, &count, &status) ? check(argv[1], json) : status;
}
