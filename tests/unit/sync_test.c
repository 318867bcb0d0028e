/* What rsync is told, and what is understood of what releases from 2.6.8 to 3.2 say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sync/rsync.h"
#include "sync/server_data.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){__VA_ARGS__},                                                     \
			sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)                     \
	}

static const char old_rsync[] =
	"receiving file list ... \n12 files to consider\nnewroot .d..t.... 4096 ./\n"
	"newroot >f+++++++ 5000000 media/film\n"
	"       32768   0%    0.00kB/s    0:00:00\r     2500000  50%    1.00MB/s    0:00:02\r"
	"     5000000 100%    1.00MB/s    0:00:04 (xfer#1, to-check=3/12)\n"
	"newroot >f..t.... 7 with blank\n           7 100%    0.01kB/s    0:00:00 (xfer#2, to-check=2/12)\n"
	"newroot *deleting 0 gone\nnewroot cL+++++++ 3 link -> x\n\n"
	"Number of files: 12\nNumber of files transferred: 2\nTotal file size: 6000000 bytes\n"
	"Total transferred file size: 5000007 bytes\nLiteral data: 5000007 bytes\n"
	"Matched data: 0 bytes\nFile list size: 200\nFile list generation time: 0.001 seconds\n"
	"File list transfer time: 0.000 seconds\nTotal bytes sent: 80\n"
	"Total bytes received: 5001000\n\nsent 80 bytes  received 5001000 bytes\n";

static const char new_rsync[] =
	"receiving incremental file list\nnewroot *deleting   0 gone\n"
	"newroot >f+++++++++ 5000000 media/film\n"
	"\r         32,768   0%    0.00kB/s    0:00:00  \r      5,000,000 100%    1.00MB/s    0:00:04 (xfr#1, to-chk=3/12)\n"
	"newroot >f.st...... 7 with blank\n"
	"\r              7 100%    0.01kB/s    0:00:00 (xfr#2, to-chk=0/12)\n"
	"newroot .d..t...... 4096 media/\nnewroot hf+++++++++ 7 hard => with blank\n\n"
	"Number of files: 12 (reg: 10, dir: 2)\nNumber of created files: 1 (reg: 1)\n"
	"Number of deleted files: 1 (reg: 1)\nNumber of regular files transferred: 2\n"
	"Total file size: 6,000,000 bytes\nTotal transferred file size: 5,000,007 bytes\n"
	"Literal data: 5,000,007 bytes\nMatched data: 0 bytes\nTotal bytes sent: 80\n"
	"Total bytes received: 5,001,000\n";

static void understood(const char *text, size_t piece)
{
	struct sync_output output = {0};
	const struct sync_figures *figures = &output.figures;
	size_t size = strlen(text);

	for (size_t at = 0; at < size; at += piece)
		sync_output_add(&output, text + at, size - at < piece ? size - at : piece);
	assert_int_equal(figures->files, 12);
	assert_int_equal(figures->size, 6000000);
	assert_int_equal(figures->changed, 2);
	assert_int_equal(figures->changed_size, 5000007);
	assert_int_equal(figures->others, 2);
	assert_int_equal(figures->deleted, 1);
	assert_int_equal(figures->moved, 5001080);
	assert_int_equal(output.done, 5000007);
	assert_int_equal(figures->largest_count, 2);
	assert_int_equal(figures->largest[0].size, 5000000);
	assert_string_equal(figures->largest[0].name, "media/film");
	assert_string_equal(figures->largest[1].name, "with blank");
}

static void test_output(void **state)
{
	(void)state;
	for (size_t piece = 1; piece < 200; piece += 33) {
		understood(old_rsync, piece);
		understood(new_rsync, piece);
	}
}

static void test_progress(void **state)
{
	struct sync_output output = {0};
	const char *half = strstr(old_rsync, "50%");

	(void)state;
	sync_output_add(&output, old_rsync, (size_t)(strchr(half, '\r') + 1 - old_rsync));
	assert_int_equal(output.done, 2500000);
	/* More than the file has is no progress of it, nor is a name that looks like some. */
	sync_output_add(&output, "  9000000 100%\n123 50% off.html\n", 33);
	assert_true(output.done <= 5000000);
}

/* Names of another machine, in lines without an end. */
static void test_strange_output(void **state)
{
	struct sync_output output = {0};
	char line[8192];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "newroot >f+++ 9 a\033[2J", 21);
	sync_output_add(&output, line, sizeof(line));
	sync_output_add(&output, "\nnewroot \nnewroot >f\nnewroot >f x\n\n", 35);
	assert_int_equal(output.figures.changed, 3);
	assert_null(strchr(output.figures.largest[0].name, '\033'));
}

static void test_the_largest(void **state)
{
	struct sync_output output = {0};
	struct sync_figures sum = {0};
	char line[64];

	(void)state;
	for (int i = 0; i < 50; i++) {
		snprintf(line, sizeof(line), "newroot >f+++++++++ %d f%d\n", i * 37 % 50, i);
		sync_output_add(&output, line, strlen(line));
	}
	sync_figures_sum(&sum, &output.figures, "/srv/a");
	sync_figures_sum(&sum, &output.figures, "/srv/b");
	assert_int_equal(sum.largest_count, SYNC_LARGEST);
	for (size_t i = 0; i < SYNC_LARGEST; i++)
		assert_int_equal(sum.largest[i].size, 49 - i / 2);
	assert_int_equal(sum.changed, 100);
	assert_memory_equal(sum.largest[0].name, "/srv/a/f", 8);
}

static void test_abilities(void **state)
{
	static const struct {
		const char *text;
		unsigned version;
		bool acls, xattrs;
	} rows[] = {
		{"rsync  version 2.6.8  protocol version 29\nCapabilities: 64-bit files, ACLs, xattrs\n",
		 206, false, false},
		{"rsync  version 3.0.6  protocol version 30\nCapabilities:\n    ACLs, no xattrs, iconv\n",
		 300, true, false},
		{"rsync  version 3.2.7  protocol version 31\n    no ACLs, xattrs\n", 302, false,
		 true},
		{"rsync  version v3.2.3  protocol version 31\n    ACLs, xattrs\n", 302, true, true},
		{"", 0, false, false},
		{"openrsync: protocol version 29\n", 0, false, false},
		{"hello", 0, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct rsync_abilities found = rsync_abilities(rows[i].text);

		if (found.version != rows[i].version || found.acls != rows[i].acls ||
		    found.xattrs != rows[i].xattrs)
			fail_msg("%s: %u %d %d", rows[i].text, found.version, found.acls,
				 found.xattrs);
	}
}

static void test_rules(void **state)
{
	const struct strings protect = LIST("/srv/www/config.php", "/srv/www2/x", "/srv/www",
					    "/srv/www/a*b\\c", "/srv/www/a\\b", "/var/lib/mysql");
	const struct job_tree tree = {.path = "/srv/www", .exclude = LIST("!", "/cache/", "*.tmp")};
	struct arena arena = {0};

	(void)state;
	assert_string_equal(rsync_rules(&tree, &protect, &arena),
			    "- /config.php\n- /a\\*b\\\\c\n- /a\\b\n- !\n- /cache/\n- *.tmp\n");
	arena_free(&arena);
}

/* Nothing of these is on the machine that builds: paths stay as they are. */
static void test_server_data(void **state)
{
	static const char *const answer =
		"--user=mysql\n--datadir=/none/www/db\n--log-bin=binlog\n"
		"--innodb_log_group_home_dir=/none/www/db/logs\n--datadir=/none/www/db\n"
		"--innodb-undo-directory=.\n--skip-name-resolve\n--datadir=/none/ww\n";
	const struct job_tree tree = {.path = "/none/www"}, same = {.path = "/none/www/db"},
			      below = {.path = "/none/www/db/shop"}, beside = {.path = "/none/w"};
	struct strings protect = LIST("/none/www/own"), none = {0};
	struct server_data data = {0};
	struct arena arena = {0};
	struct err err = ERR_INIT;

	(void)state;
	server_data_read_defaults(&data, answer, &arena);
	assert_int_equal(data.count, 3);
	assert_int_equal(server_data_protect(&data, &tree, &protect, &arena, &err), 0);
	assert_int_equal(protect.count, 3);
	assert_string_equal(protect.item[0], "/none/www/own");
	assert_string_equal(protect.item[1], "/none/www/db");
	assert_string_equal(protect.item[2], "/none/www/db/logs");
	assert_int_equal(server_data_protect(&data, &beside, &none, &arena, &err), 0);
	assert_int_equal(none.count, 0);
	assert_int_equal(server_data_protect(&data, &below, &none, &arena, &err), -1);
	assert_int_equal(err.code, ERR_SYNC);
	assert_int_equal(server_data_protect(&data, &same, &none, &arena, &err), -1);
	arena_free(&arena);
}

static bool has(const char *const *argv, const char *word)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, word))
			return true;
	return false;
}

static void test_words(void **state)
{
	const struct ssh ssh = {.destination = "there", .command = "ssh -x"};
	const struct job_tree tree = {.path = "/srv/a", .from = "/srv/b", .delete = true};
	const struct job_tree keep = {.path = "/srv/a", .from = "/srv/a"};
	struct rsync rsync = {.ssh = &ssh, .tree = &tree, .rules = "/run/rules", .limit = 1 << 20};
	struct arena arena = {0};
	const char *const *argv = rsync_argv(&rsync, &arena);

	(void)state;
	assert_true(has(argv, "--delete") && has(argv, "--bwlimit=1024") &&
		    has(argv, "--filter=. /run/rules") && has(argv, "ssh -x") &&
		    has(argv, "there:/srv/b/") && has(argv, "/srv/a/"));
	assert_false(has(argv, "-A") || has(argv, "-X") || has(argv, "--dry-run"));
	rsync = (struct rsync){.ssh = &ssh,
			       .tree = &keep,
			       .rules = "x",
			       .acls = true,
			       .xattrs = true,
			       .dry_run = true};
	argv = rsync_argv(&rsync, &arena);
	assert_false(has(argv, "--delete") || has(argv, "--bwlimit=0"));
	assert_true(has(argv, "-A") && has(argv, "-X") && has(argv, "--dry-run"));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),         cmocka_unit_test(test_progress),
		cmocka_unit_test(test_strange_output), cmocka_unit_test(test_the_largest),
		cmocka_unit_test(test_abilities),      cmocka_unit_test(test_rules),
		cmocka_unit_test(test_words),          cmocka_unit_test(test_server_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
