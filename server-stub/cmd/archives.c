#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "archives/archive.h"
#include "archives/archive_list.h"
#include "cmd/open.h"
#include "cmd/command.h"
#include "job/job.h"
#include "vm/vm_json.h"

static bool json;

static const struct option_row add_options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static const struct option_row list_options[] = {
	COMMAND_DATA_OPTION,
	{"json", OPTION_FLAG, &json, NULL, "as a JSON array"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static const char *last_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static int run_add(char **operands, size_t count, struct err *err)
{
	const char *path = count > 2 ? operands[2] : last_name(operands[1]);
	struct open open;
	char sha256[65];
	int ret;

	if (strcmp(operands[0], "add"))
		return err_set(err, ERR_USAGE, operands[0],
			       "is not accepted; only `archive add` is");
	if (open_data(&open, err) < 0)
		return -1;
	ret = archive_add(open.store, open.data.archives, operands[1], path, sha256, err);
	if (ret == 0) {
		printf("%s  %s/v1/archives/%s\n", sha256, open.settings.url, path);
		ret = note_command(open.store, 0, err);
	}
	close_data(&open);
	return ret;
}

/* "6.1.0-57-amd64, 5.10.0-30-amd64" */
static void print_list(const char *what, const json_t *list)
{
	const json_t *item;
	size_t i;

	if (json_array_size(list))
		printf("; %s", what);
	json_array_foreach(list, i, item)
	{
		printf("%s %s", i ? "," : "", json_string_value(item));
	}
}

static uintmax_t number_of(const json_t *facts, const char *key)
{
	return (uintmax_t)json_integer_value(json_object_get(facts, key));
}

static void print_word(const json_t *word)
{
	if (json_is_string(word))
		printf(", %s", json_string_value(word));
}

static void print_size(const char *what, uint64_t bytes)
{
	char size[32];

	if (bytes)
		printf("; %s %s", what, size_text(bytes, size));
}

static void print_default(const json_t *kernel)
{
	if (json_string_length(kernel))
		printf("; starts by default %s", json_string_value(kernel));
}

static void print_facts(const json_t *facts)
{
	static const struct {
		const char *key, *what;
	} lists[] = {
		{"machines", "for"}, {"kernels", "kernel"},   {"kernel_machines", "kernels for"},
		{"inits", "init"},   {"networks", "network"}, {"tools", "tools"},
	};
	const char *error =
		json_string_value(json_object_get(json_object_get(facts, "error"), "message"));

	if (error) {
		printf("    can't be unpacked: %s\n", error);
		return;
	}
	printf("    whole; %s", json_string_value(json_object_get(facts, "format")));
	print_word(json_object_get(facts, "compression"));
	print_size("to be decompressed takes", number_of(facts, "memory"));
	print_size("unpacked", number_of(facts, "unpacked"));
	print_size("largest xattr", number_of(facts, "xattr"));
	printf("; %ju entries, %ju inodes", number_of(facts, "entries"),
	       number_of(facts, "inodes"));
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		print_list(lists[i].what, json_object_get(facts, lists[i].key));
	print_default(json_object_get(facts, "default_kernel"));
	putchar('\n');
}

static void print_archive(const json_t *archive)
{
	printf("%s %14jd  %s\n", json_string_value(json_object_get(archive, "sha256")),
	       (intmax_t)json_integer_value(json_object_get(archive, "size")),
	       json_string_value(json_object_get(archive, "path")));
	print_facts(json_object_get(archive, "facts"));
}

static int print_all(const json_t *list, struct err *err)
{
	const json_t *archive;
	size_t i;

	if (json)
		return print_json(list, err);
	json_array_foreach(list, i, archive)
	{
		print_archive(archive);
	}
	return 0;
}

static int run_list(char **operands, size_t count, struct err *err)
{
	json_t *list = json_array();
	struct open open;
	int ret;

	(void)operands, (void)count;
	if (open_data(&open, err) < 0) {
		json_decref(list);
		return -1;
	}
	ret = archive_list(open.data.archives, open.store, true, list, err);
	if (ret == 0)
		ret = print_all(list, err);
	json_decref(list);
	close_data(&open);
	return ret;
}

const struct command cmd_archive = {
	.name = "archive",
	.operands = "add FILE [PATH]",
	.operands_min = 2,
	.operands_max = 3,
	.summary = "Copy a file to archives/, and print its sha256 and URL",
	.options = add_options,
	.run = run_add,
};

const struct command cmd_archives = {
	.name = "archives",
	.operands = "",
	.summary = "List the archives: sha256, size, path, and what is in them",
	.options = list_options,
	.run = run_list,
};
