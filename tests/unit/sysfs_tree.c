#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/sysfs_tree.h"

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

/* Replace \xHH in place; returns the length. */
static size_t unescape(char *text)
{
	char *out = text;

	for (char *in = text; *in;) {
		unsigned byte;

		if (in[0] == '\\' && sscanf(in, "\\x%2x", &byte) == 1) {
			*out++ = (char)byte;
			in += 4;
		} else {
			*out++ = *in++;
		}
	}
	return (size_t)(out - text);
}

static void make_file(const char *path, char *text)
{
	FILE *file = fopen(path, "w");
	size_t len = unescape(text);

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void make_entry(const char *root, char *line)
{
	char path[PATH_MAX];
	char *link = strstr(line, " -> "), *file = strstr(line, " = ");

	line[strcspn(line, "\n")] = '\0';
	if (!*line || *line == '#')
		return;
	assert_true(link || file);
	*(link ? link : file) = '\0';
	snprintf(path, sizeof(path), "%s/%s", root, line);
	make_parents(path);
	if (link)
		assert_int_equal(symlink(link + 4, path), 0);
	else
		make_file(path, file + 3);
}

void sysfs_tree_make(char root[PATH_MAX], const char *name)
{
	char list[PATH_MAX], line[1024];
	FILE *file;

	snprintf(root, PATH_MAX, "/tmp/newroot-sysfs.XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(list, sizeof(list), "tests/unit/sysfs/%s", name);
	file = fopen(list, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		make_entry(root, line);
	fclose(file);
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void sysfs_tree_remove(const char *root)
{
	assert_int_equal(nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}
