/*
 * The filter of dumps alone, for texts in files: filter KIND FILE...; what it lets through of FILE goes to FILE.out. KIND: mariadb,
 * postgresql, mysql (8.0) or mysql50. A line of each: "ok" or "refused", how many tables and views it makes, and why.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "database/dump_filter.h"

static const struct {
	const char *name;
	struct dump_filter filter;
} kinds[] = {
	{"mariadb",
	 {.of = &dump_mysql, .version = 101100, .mariadb = true, .mode = {.backslash = true}}},
	{"mysql", {.of = &dump_mysql, .version = 80022, .mode = {.backslash = true}}},
	{"mysql50",
	 {.of = &dump_mysql, .version = 50077, .mode = {.backslash = true}, .no_nul = true}},
	{"postgresql", {.of = &dump_postgresql, .no_nul = true}},
};

static int filter_file(struct dump_filter filter, const char *path)
{
	struct dump_account account = {0};
	struct err err = ERR_INIT;
	char name[4096];
	int in, out, ret;

	if ((size_t)snprintf(name, sizeof(name), "%s.out", path) >= sizeof(name))
		return -1;
	in = open(path, O_RDONLY);
	out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (in < 0 || out < 0)
		return -1;
	filter.path = "dump";
	filter.database = "shop";
	filter.no_end_mark = true;
	filter.account = &account;
	ret = dump_filter_run(&filter, in, out, &err);
	for (char *c = err.msg; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	printf("%s %llu %.200s\n", ret ? "refused" : "ok", (unsigned long long)account.tables,
	       ret ? err.msg : "");
	return close(in) || close(out) ? -1 : 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		for (int file = 2; file < argc; file++)
			if (filter_file(kinds[i].filter, argv[file])) {
				perror(argv[file]);
				return 1;
			}
		return 0;
	}
	return 2;
}
