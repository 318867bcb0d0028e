/* Lines of newroot's own in a system's file: put in, taken out, and all else as it was. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "database/config_block.h"
#include "tests/unit/scratch.h"

#define LINES "[mysqld]\nread_only = 1\n"
#define BLOCK "# newroot: begin; cutover takes these lines out\n" LINES "# newroot: end\n"

SCRATCH_FOR_ALL

static const char *path_of(const char *name)
{
	static char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", scratch.path, name);
	return path;
}

static void write_text(const char *text)
{
	int fd = scratch_open(&scratch, "my.cnf", O_WRONLY | O_CREAT | O_TRUNC);

	assert_int_equal(write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static void is_text(const char *wanted)
{
	char text[4096] = "";
	int fd = scratch_open(&scratch, "my.cnf", O_RDONLY);

	assert_true(read_all(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, wanted);
}

static void put(void)
{
	struct err err = ERR_INIT;

	assert_int_equal(config_block_put(path_of("my.cnf"), LINES, &err), 0);
	assert_true(config_block_is_in(path_of("my.cnf")));
}

static void take(void)
{
	struct err err = ERR_INIT;

	assert_int_equal(config_block_take(path_of("my.cnf"), LINES, &err), 0);
	assert_false(config_block_is_in(path_of("my.cnf")));
}

static void once_in_once_out(void **state)
{
	(void)state;
	write_text("[mysqld]\nport = 3306\n");
	put();
	is_text("[mysqld]\nport = 3306\n" BLOCK);
	put();
	is_text("[mysqld]\nport = 3306\n" BLOCK);
	take();
	is_text("[mysqld]\nport = 3306\n");
	take();
	is_text("[mysqld]\nport = 3306\n");
	write_text("");
	put();
	is_text(BLOCK);
	write_text("no end of its line");
	put();
	is_text("no end of its line\n" BLOCK);
}

static void what_others_changed_stays(void **state)
{
	static const struct {
		const char *changed, *left;
	} rows[] = {
		{"before\n" BLOCK "behind\n", "before\nbehind\n"},
		{BLOCK "between\n" BLOCK, "between\n"},
		/* The second mark is gone, with and without a change of the lines. */
		{"# newroot: begin; cutover takes these lines out\n" LINES "behind\n", "behind\n"},
		{"# newroot: begin; cutover takes these lines out\n[mysqld]\nread_only = 0\n",
		 "[mysqld]\nread_only = 0\n"},
		{"# newroot: begin; cutover takes these lines out\n[mysqld]\nport = 1\nread_only = 1\n"
		 "# newroot: end\nlast",
		 "last"},
		/* No line of its own. */
		{"x # newroot: begin; cutover takes these lines out\nkept\n",
		 "x # newroot: begin; cutover takes these lines out\nkept\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		write_text(rows[i].changed);
		take();
		is_text(rows[i].left);
	}
}

static void mode_and_symlinks_stay(void **state)
{
	struct stat before, after, link;

	(void)state;
	write_text("[mysqld]\n");
	scratch_run(&scratch,
		    "chmod 2640 my.cnf; [ $UID != 0 ] || { chown 3:4 my.cnf; chmod 2640 my.cnf; }; "
		    "setfattr -n user.label -v mine my.cnf; ln -s my.cnf link.cnf");
	assert_int_equal(stat(path_of("my.cnf"), &before), 0);
	assert_int_equal(config_block_put(path_of("link.cnf"), LINES, NULL), 0);
	is_text("[mysqld]\n" BLOCK);
	assert_int_equal(stat(path_of("my.cnf"), &after), 0);
	assert_int_equal(lstat(path_of("link.cnf"), &link), 0);
	assert_true(S_ISLNK(link.st_mode) && after.st_ino != before.st_ino);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	scratch_run(
		&scratch,
		"[ \"$(getfattr --only-values -n user.label my.cnf)\" = mine ]; [ ! -e my.cnf.newroot ]");
}

static void no_file_and_no_text_are_told(void **state)
{
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	assert_int_equal(config_block_take(path_of("none.cnf"), LINES, &err), 0);
	assert_int_equal(config_block_take(path_of("none/my.cnf"), LINES, &err), 0);
	assert_int_equal(config_block_put(path_of("none.cnf"), LINES, &err), -1);
	assert_int_equal(err.code, ERR_DATABASE_SOURCE);
	fd = scratch_open(&scratch, "my.cnf", O_WRONLY | O_CREAT | O_TRUNC);
	assert_int_equal(write_all(fd, "a\0b\n", 4), 0);
	close(fd);
	assert_int_equal(config_block_put(path_of("my.cnf"), LINES, NULL), -1);
	fd = scratch_open(&scratch, "my.cnf", O_WRONLY);
	assert_int_equal(ftruncate(fd, 2 << 20), 0);
	close(fd);
	assert_int_equal(config_block_put(path_of("my.cnf"), LINES, NULL), -1);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(once_in_once_out),
		IN_A_FOLDER(what_others_changed_stays),
		IN_A_FOLDER(mode_and_symlinks_stay),
		IN_A_FOLDER(no_file_and_no_text_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
