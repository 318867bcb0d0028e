/* watch: what is kept in step with the store, and the lines that are made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/store_folder.h"
#include "watch/feed.h"
#include "watch/remarks.h"
#include "watch/sheet.h"
#include "watch/steps.h"
#include "watch/view.h"

/* --- feed */

struct fixture {
	char path[64];
	struct store *store;
	struct feed feed;
	char told[400];
};

/* "+db1", "~db1", "-db1" of what has come, changed, gone. */
static void note(void *arg, const struct vm *old, const struct vm *new)
{
	struct fixture *f = arg;
	const size_t used = strlen(f->told);

	snprintf(f->told + used, sizeof(f->told) - used, "%s%s%s", used ? " " : "",
		 !old  ? "+"
		 : new ? "~"
		       : "-",
		 new ? new->name : old->name);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-watch-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
	f->feed.changed = note;
	f->feed.arg = f;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	feed_free(&f->feed);
	store_close(f->store);
	store_folder_remove(f->path);
	free(f);
	return 0;
}

static void add(struct fixture *f, const char *name)
{
	static unsigned char number;
	struct vm vm = {.state = VM_CREATED, .mode = "install"};

	snprintf(vm.name, sizeof(vm.name), "%s", name);
	snprintf(vm.mac, sizeof(vm.mac), "52:54:00:00:00:%02x", number);
	number++;
	assert_int_equal(store_vm_add(f->store, &vm, "{}", "", NULL), 0);
}

static struct vm find(struct fixture *f, const char *name)
{
	struct vm vm;

	assert_int_equal(store_vm_find(f->store, VM_BY_NAME, 0, name, &vm, NULL), 1);
	return vm;
}

static void change(struct fixture *f, const char *name)
{
	struct vm vm = find(f, name);

	vm.hold = !vm.hold;
	assert_int_equal(store_vm_save(f->store, &vm, NULL), 0);
}

static void drop(struct fixture *f, const char *name)
{
	assert_int_equal(store_vm_remove(f->store, find(f, name).id, NULL), 0);
}

static void expect_told(struct fixture *f, const char *told)
{
	f->told[0] = '\0';
	assert_int_equal(feed_poll(&f->feed, f->store, NULL), 0);
	assert_string_equal(f->told, told);
}

static void test_feed(void **state)
{
	struct fixture *f = *state;

	expect_told(f, "");
	add(f, "db1");
	add(f, "aaa");
	expect_told(f, "+db1 +aaa");
	expect_told(f, "");
	change(f, "db1");
	expect_told(f, "~db1");
	assert_true(f->feed.vm[0].hold);
	change(f, "aaa");
	change(f, "db1");
	add(f, "new");
	expect_told(f, "~db1 ~aaa +new");
	drop(f, "aaa");
	expect_told(f, "-aaa");
	assert_int_equal(f->feed.count, 2);
	drop(f, "db1");
	drop(f, "new");
	expect_told(f, "-db1 -new");
	assert_int_equal(f->feed.count, 0);
}

/* As many VMs as before, one of them another. */
static void test_feed_sees_an_exchange(void **state)
{
	struct fixture *f = *state;

	add(f, "a");
	add(f, "b");
	expect_told(f, "+a +b");
	drop(f, "a");
	add(f, "c");
	expect_told(f, "-a +c");
	drop(f, "c");
	add(f, "d");
	expect_told(f, "-c +d");
	drop(f, "b");
	drop(f, "d");
	add(f, "e");
	expect_told(f, "-b -d +e");
	change(f, "e");
	expect_told(f, "~e");
}

/* --- sheet */

static void expect_line(struct sheet *sheet, const char *line)
{
	sheet_end_line(sheet);
	assert_false(sheet->failed);
	assert_string_equal(sheet->line[sheet->count - 1], line);
}

static void test_cells(void **state)
{
	struct sheet sheet;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	sheet_init(&sheet, 20, true, false);
	sheet_cell(&sheet, PAINT_GOOD, "ab", 4);
	sheet_cell_right(&sheet, PAINT_PLAIN, "7", 3);
	sheet_put(&sheet, PAINT_PLAIN, "|");
	expect_line(&sheet, "ab    7|");
	sheet_cell(&sheet, PAINT_PLAIN, "abcdef", 4);
	sheet_cell_right(&sheet, PAINT_PLAIN, "12345", 4);
	sheet_cell_middle(&sheet, PAINT_PLAIN, "customer-web10", 8);
	expect_line(&sheet, "abc…123…cus…eb10");
	sheet_cell_middle(&sheet, PAINT_PLAIN, "name", 8);
	sheet_put(&sheet, PAINT_PLAIN, "|");
	expect_line(&sheet, "name    |");
	sheet_put(&sheet, PAINT_PLAIN, "0123456789012345678");
	sheet_cell(&sheet, PAINT_PLAIN, "abc", 3);
	sheet_cell(&sheet, PAINT_PLAIN, "abc", 3);
	expect_line(&sheet, "0123456789012345678…");
	sheet_free(&sheet);
}

/* What takes two columns never takes the one beyond the end. */
static void test_wide_characters(void **state)
{
	struct sheet sheet;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	sheet_init(&sheet, 6, true, false);
	assert_int_equal(sheet_columns(&sheet, "中a"), 3);
	sheet_cell(&sheet, PAINT_PLAIN, "中中", 4);
	sheet_put(&sheet, PAINT_PLAIN, "|");
	expect_line(&sheet, "中中|");
	sheet_cell(&sheet, PAINT_PLAIN, "中中中", 5);
	sheet_put(&sheet, PAINT_PLAIN, "|");
	expect_line(&sheet, "中中…|");
	sheet_cell(&sheet, PAINT_PLAIN, "中中", 3);
	sheet_put(&sheet, PAINT_PLAIN, "|");
	expect_line(&sheet, "中…|");
	sheet_cell_middle(&sheet, PAINT_PLAIN, "中中中中", 5);
	expect_line(&sheet, "中…中");
	sheet_free(&sheet);
}

static void test_ascii(void **state)
{
	struct sheet sheet;

	(void)state;
	sheet_init(&sheet, 10, false, false);
	sheet_cell(&sheet, PAINT_PLAIN, "ö\033[1m", 5);
	sheet_bar(&sheet, 0.5, 4);
	expect_line(&sheet, "???[~##--");
	sheet_free(&sheet);
}

static void test_bars(void **state)
{
	static const struct {
		double part;
		const char *bar;
	} rows[] = {{0, "░░░░"}, {0.12, "░░░░"}, {0.5, "██░░"}, {0.99, "████"}, {1, "████"}};
	struct sheet sheet;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	sheet_init(&sheet, 10, true, true);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sheet_bar(&sheet, rows[i].part, 4);
		expect_line(&sheet, rows[i].bar);
	}
	sheet_free(&sheet);
}

static void expect_paragraph(unsigned width, unsigned lines, const char *text, const char *expected)
{
	struct sheet sheet;
	char all[400] = "";

	sheet_init(&sheet, width, false, false);
	sheet_paragraph(&sheet, PAINT_ERROR, "e:", text, lines);
	for (size_t i = 0; i < sheet.count; i++) {
		assert_true(strlen(sheet.line[i]) <= width);
		strcat(strcat(all, sheet.line[i]), "|");
	}
	assert_string_equal(all, expected);
	sheet_free(&sheet);
}

static void test_paragraphs(void **state)
{
	(void)state;
	expect_paragraph(20, 0, "short", "    e: short|");
	expect_paragraph(20, 0, "", "    e:|");
	expect_paragraph(20, 0, "one two three four five",
			 "    e: one two|      three four|      five|");
	expect_paragraph(20, 0, "abcdefghijklmnopqrstuvwxyz",
			 "    e: abcdefghijklm|      nopqrstuvwxyz|");
	expect_paragraph(20, 0, "one abcdefghijklmnopqrstuvwxyz",
			 "    e: one|      abcdefghijklmn|      opqrstuvwxyz|");
	expect_paragraph(20, 2, "one two three four five six seven",
			 "    e: one two|      three four fi~|");
	expect_paragraph(20, 1, "one two three four", "    e: one two thre~|");
	expect_paragraph(1, 1, "one two", "|");
}

/* A terminal of no use ends, too: no width at all, and text that has no end of its own. */
static void test_no_room(void **state)
{
	struct sheet sheet;

	(void)state;
	for (unsigned width = 0; width < 8; width++) {
		sheet_init(&sheet, width, true, true);
		sheet_paragraph(&sheet, PAINT_HELD, "error:", "  a long text  with spaces ", 0);
		sheet_cell_middle(&sheet, PAINT_PLAIN, "name", 14);
		sheet_cell_right(&sheet, PAINT_PLAIN, "name", 2);
		sheet_bar(&sheet, 1, 20);
		sheet_end_line(&sheet);
		assert_false(sheet.failed);
		sheet_free(&sheet);
	}
}

/* The widest line there may be, each character in a colour of its own: nothing is written beyond. */
static void test_full_line(void **state)
{
	struct sheet sheet;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	sheet_init(&sheet, 100000, true, true);
	assert_int_equal(sheet.width, SHEET_WIDTH_MAX);
	for (int i = 0; i < 2000; i++)
		sheet_put(&sheet, PAINT_ERROR, "\xf0\x9f\x98\x80");
	sheet_end_line(&sheet);
	assert_true(strlen(sheet.line[0]) < SHEET_LINE_BYTES);
	sheet_free(&sheet);
}

/* --- what is told of a VM */

static void test_steps(void **state)
{
	static const struct {
		enum vm_state state;
		const char *step, *shown;
		unsigned number;
	} rows[] = {
		{VM_CREATED, "", "", 0},
		{VM_CONFIGURING, "contact", "contact", 1},
		{VM_CONFIGURING, "finish", "finish", 17},
		{VM_CONFIGURING, "dance", "dance", 0},
		{VM_NEEDS_PROVISIONING, "finish", "", 0},
		{VM_FIRST_BOOT, "finish", "", 0},
		{VM_FIRST_BOOT, "databases", "databases", 0},
		{VM_COMPLETE, "finish", "", 0},
		{VM_ERROR, "unpack", "unpack", 10},
		{VM_CANCELLED, "unpack", "unpack", 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vm vm = {.state = rows[i].state};
		unsigned number;

		strcpy(vm.step, rows[i].step);
		assert_string_equal(steps_at(&vm, &number), rows[i].shown);
		assert_int_equal(number, rows[i].number);
	}
}

static void test_durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {{0, "0 s"},         {119, "119 s"},
		    {120, "2 min"},     {7199, "119 min"},
		    {7200, "2 h"},      {2 * 86400 - 1, "47 h"},
		    {2 * 86400, "2 d"}, {INT64_C(86400) * 1000, "1000 d"}};
	char text[DURATION_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(duration_text(text, rows[i].seconds), rows[i].text);
}

static void test_remarks(void **state)
{
	struct remark remark[REMARKS_MAX];
	struct vm vm = {.name = "db1",
			.state = VM_CONFIGURING,
			.held_by = "web1",
			.waiting = "db2",
			.lease_by = "cloud",
			.lease_until_ms = 100001,
			.error = "archive.hash: x: no"};

	(void)state;
	assert_int_equal(remarks_of(remark, &vm, &(struct moment){100000, 100000}), 6);
	assert_string_equal(remark[0].label, "error:");
	assert_string_equal(remark[1].text, err_help(ERR_ARCHIVE_HASH));
	assert_string_equal(remark[2].text, "web1 has an error");
	assert_string_equal(remark[4].text, "no event for 100 s");
	assert_int_equal(remarks_of(remark, &vm, &(struct moment){100001, 100001}), 5);
	strcpy(vm.error, "unheard of: x");
	vm.state = VM_COMPLETE;
	assert_int_equal(remarks_of(remark, &vm, &(struct moment){0, 0}), 3);
	vm = (struct vm){.state = VM_CANCELLED, .hold = true};
	assert_int_equal(remarks_of(remark, &vm, &(struct moment){0, 0}), 0);
}

/* --- the picture */

static void expect_picture(const struct vm *vm, size_t count, unsigned width, unsigned lines,
			   const char *expected)
{
	const struct view view = {.vm = vm, .count = count, .lines = lines};
	struct sheet sheet;
	char all[4000] = "";

	sheet_init(&sheet, width, false, false);
	view_draw(&sheet, &view);
	assert_false(sheet.failed);
	for (size_t i = 0; i < sheet.count; i++)
		strcat(strcat(all, sheet.line[i]), "\n");
	assert_string_equal(all, expected);
	sheet_free(&sheet);
}

static const struct vm picture[] = {
	{.name = "lonely", .state = VM_NEEDS_CREATING},
	{.name = "web10", .group = "shop", .state = VM_COMPLETE},
	{.name = "web2", .group = "shop", .state = VM_FIRST_BOOT, .waiting = "db1 is not complete"},
	{.name = "a-very-long-name-of-db1",
	 .group = "shop",
	 .state = VM_CONFIGURING,
	 .step = "bootloader",
	 .progress = {"x", 3 << 20, 4 << 20, 1 << 18}},
	{.name = "x",
	 .group = "crm",
	 .state = VM_CONFIGURING,
	 .step = "unpack",
	 .progress = {"x", INT64_C(1) << 42, INT64_C(1) << 52, INT64_C(1) << 30}},
	{.name = "y",
	 .group = "crm",
	 .state = VM_CONFIGURING,
	 .step = "lvm",
	 .progress = {"x", 5 << 20, 0, 1 << 20}},
	{.name = "z",
	 .group = "crm",
	 .state = VM_CONFIGURING,
	 .step = "wipe",
	 .progress = {"x", 9, 7, 0}},
};

static void test_picture(void **state)
{
	(void)state;
	expect_picture(
		picture, 7, 80, 0,
		"1970-01-01 00:00:00 UTC  7 VMs: 1 needs creating, 4 configuring, 1 first boot, ~\n"
		"NAME           STATE                STEP             PROGRESS       MiB/s   LEFT\n"
		"\n"
		"crm  3 VMs: 3 configuring; 1025.0 MiB/s\n"
		"x              configuring          unpack     10/17 --------   0% 1024.0   >99h\n"
		"y              configuring          lvm         7/17                  1.0\n"
		"z              configuring          wipe        5/17 ######## 100%\n"
		"\n"
		"shop  3 VMs: 1 configuring, 1 first boot, 1 complete; 0.2 MiB/s\n"
		"a-very~-of-db1 configuring          bootloader 16/17 ######--  75%    0.2   0:04\n"
		"web2           first boot\n"
		"    waits: db1 is not complete\n"
		"web10          complete\n"
		"\n"
		"(no group)  1 VM: 1 needs creating\n"
		"lonely         needs creating\n");
}

static void test_picture_of_a_short_window(void **state)
{
	(void)state;
	expect_picture(picture, 3, 60, 8,
		       "1970-01-01 00:00:00 UTC  3 VMs: 1 needs creating, 1 first b~\n"
		       "NAME     STATE                STEP             PROGRESS\n"
		       "\n"
		       "shop  2 VMs: 1 first boot, 1 complete\n"
		       "web2     first boot\n"
		       "    waits: db1 is not complete\n"
		       "\n"
		       "(no group)  1 VM: 1 needs creating\n");
	expect_picture(picture, 3, 60, 3,
		       "1970-01-01 00:00:00 UTC  3 VMs: 1 needs creating, 1 first b~\n"
		       "NAME     STATE                STEP             PROGRESS\n"
		       "6 more lines; `watch GROUP` shows one group\n");
	expect_picture(picture, 0, 60, 1, "2 more lines; `watch GROUP` shows one group\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_feed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_feed_sees_an_exchange, setup, teardown),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_wide_characters),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_paragraphs),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_full_line),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_picture),
		cmocka_unit_test(test_picture_of_a_short_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
