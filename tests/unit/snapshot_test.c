/* Snapshots as LVM reports them, and the commands that a reset gives it, from every place where one can have stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/lvm.h"
#include "snapshot/snapshot.h"

static struct arena arena;

/* Rows of a real lvs, without the two blanks before each. */
#define ROW(name, origin, size, percent, invalid, merging, open, tags)                             \
	"LVM2_LV_NAME='" name "' LVM2_ORIGIN='" origin "' LVM2_LV_SIZE='" size                     \
	"' LVM2_VG_EXTENT_SIZE='4194304' LVM2_DATA_PERCENT='" percent                              \
	"' LVM2_LV_SNAPSHOT_INVALID='" invalid "' LVM2_LV_MERGING='" merging                       \
	"' LVM2_LV_MERGE_FAILED='0' LVM2_LV_DEVICE_OPEN='" open "' LVM2_LV_ACTIVE='active' "       \
	"LVM2_LV_TIME='2026-11-23 03:38:59 +0000' LVM2_LV_TAGS='" tags "'\n"
#define SNAPSHOT(percent, invalid, merging, tags)                                                  \
	ROW("data.installed", "data", "838860800", percent, invalid, merging, "0", tags)

/* LVM: what it was told, what fails, and what it reports, one report after the other. */
static struct {
	char told[2048];
	const char *fails;
	const char *reports[4];
	size_t report;
	bool merges;
} fake;

int lvm_run(const char *const *commands, size_t count, const struct child_watch *watch,
	    struct err *err)
{
	(void)watch;
	for (size_t i = 0; i < count; i++) {
		strcat(strcat(fake.told, commands[i]), "\n");
		if (fake.fails && strstr(commands[i], fake.fails))
			return err_set(err, ERR_LVM, "fake", "it failed");
	}
	return 0;
}

int lvm_report(const char *const *commands, size_t count, char *out, size_t size,
	       const struct child_watch *watch, struct err *err)
{
	(void)commands;
	(void)count;
	(void)watch;
	(void)err;
	assert_non_null(fake.reports[fake.report]);
	snprintf(out, size, "%s", fake.reports[fake.report++]);
	return 0;
}

bool snapshot_kernel_merges(void)
{
	return fake.merges;
}

static int setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.merges = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct snapshot_volumes parse(const char *report)
{
	struct snapshot_volumes volumes;

	snapshot_parse(&volumes, report, &arena);
	return volumes;
}

static void test_parse(void **state)
{
	struct snapshot_volumes volumes =
		parse(ROW("data", "", "1048576000", "", "-1", "0", "1",
			  "mine") SNAPSHOT("62.24", "0", "0", "newroot.reset,newroot.snapshot")
			      ROW("root", "", "4194304", "", "-1", "0", "0", "newroot.retake=40,x")
				      ROW("[root_mlog]", "", "4194304", "", "-1", "0", "0", "")
					      ROW("mine", "root", "4194304", "1.00", "0", "0", "0",
						  "newroot.snapshotlike"));

	(void)state;
	assert_int_equal(volumes.count, 2);
	assert_string_equal(volumes.item[0].name, "data");
	assert_string_equal(volumes.item[0].snapshot, "data.installed");
	assert_string_equal(volumes.item[0].made, "2026-11-23 03:38:59 +0000");
	assert_int_equal(volumes.item[0].extents, 200);
	assert_true(volumes.item[0].fill > 62.23 && volumes.item[0].fill < 62.25);
	assert_true(volumes.item[0].is_open && volumes.item[0].is_wanted &&
		    volumes.item[0].is_active);
	assert_false(volumes.item[0].is_merging || volumes.item[0].is_full);
	assert_string_equal(volumes.item[1].name, "root");
	assert_null(volumes.item[1].snapshot); /* one of somebody else's */
	assert_int_equal(volumes.item[1].retake, 40);
	assert_true(snapshot_is_due(&volumes.item[0]) && snapshot_is_due(&volumes.item[1]));
}

static void test_parse_nothing(void **state)
{
	struct snapshot_volumes volumes = parse("");

	(void)state;
	assert_int_equal(volumes.count, 0);
	volumes = parse(ROW("data", "", "4194304", "", "-1", "0", "0", "")
				SNAPSHOT("", "-1", "0", "newroot.snapshot"));
	assert_true(volumes.item[0].fill < 0); /* not active: not known */
	assert_false(volumes.item[0].is_full || snapshot_is_due(&volumes.item[0]));
}

/* While it merges LVM hides it, in brackets. */
static void test_parse_merging(void **state)
{
	struct snapshot_volumes volumes =
		parse(ROW("[data.installed]", "data", "838860800", "62.24", "0", "1", "0",
			  "newroot.snapshot") ROW("data", "", "1048576000", "62.49", "0", "1", "0",
						  "newroot.retake=200"));

	(void)state;
	assert_int_equal(volumes.count, 1);
	assert_string_equal(volumes.item[0].snapshot, "data.installed");
	assert_true(volumes.item[0].is_merging && snapshot_is_due(&volumes.item[0]));
}

#define ORIGIN(tags) ROW("data", "", "1048576000", "", "-1", "0", "0", tags)
#define MERGED                                                                                     \
	ROW("data", "", "1", "0.00", "0", "1", "0", "")                                            \
	SNAPSHOT("0.00", "0", "1", "newroot.snapshot")
#define BEGIN                                                                                      \
	"lvchange --addtag newroot.reset local/data.installed\n"                                   \
	"lvchange --addtag newroot.retake=200 local/data\n"                                        \
	"lvchange -an local/data\n"                                                                \
	"lvconvert --merge local/data.installed\n"                                                 \
	"lvchange -ay --poll n local/data\n"
#define DROP                                                                                       \
	"lvchange -an local/data\n"                                                                \
	"lvremove -y local/data.installed\n"                                                       \
	"lvchange -ay local/data\n"
#define MAKE "lvcreate  -y -s -l 200 -n data.installed --addtag newroot.snapshot local/data\n"
#define END  "lvchange --deltag newroot.retake=200 local/data\n"

static int reset(const char *report, bool wanted, struct err *err)
{
	struct snapshot_volumes volumes = parse(report);

	volumes.item[0].is_wanted |= wanted;
	return snapshot_reset("local", &volumes.item[0], &arena, NULL, err);
}

static void test_reset_from_every_place(void **state)
{
	static const struct {
		const char *report;
		bool wanted;
		const char *told;
	} rows[] = {
		{ORIGIN("") SNAPSHOT("50.00", "0", "0", "newroot.snapshot"), true,
		 BEGIN DROP MAKE END},
		/* Stopped before it was set to merge, and while it merged. */
		{ORIGIN("newroot.retake=200")
			 SNAPSHOT("50.00", "0", "0", "newroot.reset,newroot.snapshot"),
		 false, BEGIN DROP MAKE END},
		{ORIGIN("newroot.retake=200")
			 SNAPSHOT("50.00", "0", "1", "newroot.reset,newroot.snapshot"),
		 false, DROP MAKE END},
		/* Before the new snapshot was made, and before that was noted. */
		{ORIGIN("newroot.retake=200"), false, MAKE END},
		{ORIGIN("newroot.retake=200") SNAPSHOT("0.01", "0", "0", "newroot.snapshot"), false,
		 END},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		setup(NULL);
		fake.reports[0] = ORIGIN("") SNAPSHOT("25.00", "0", "1", "newroot.snapshot");
		fake.reports[1] = MERGED;
		assert_int_equal(reset(rows[i].report, rows[i].wanted, &err), 0);
		assert_string_equal(fake.told, rows[i].told);
	}
}

static void test_reset_refused(void **state)
{
	static const struct {
		const char *report;
		bool merges;
		enum err_code code;
	} rows[] = {
		{ORIGIN("") SNAPSHOT("100.00", "1", "0", "newroot.snapshot"), true,
		 ERR_SNAPSHOT_FULL},
		{ROW("data", "", "1", "", "-1", "0", "1", "")
			 SNAPSHOT("5.00", "0", "0", "newroot.snapshot"),
		 true, ERR_MACHINE_BUSY},
		{ORIGIN("") SNAPSHOT("5.00", "0", "0", "newroot.snapshot"), false, ERR_SNAPSHOT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		setup(NULL);
		fake.merges = rows[i].merges;
		assert_int_equal(reset(rows[i].report, true, &err), -1);
		assert_int_equal(err.code, rows[i].code);
		assert_string_equal(fake.told, "");
	}
}

/* A volume that is left inactive would not boot. */
static void test_a_failed_begin_activates_again(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	fake.fails = "lvconvert";
	assert_int_equal(
		reset(ORIGIN("") SNAPSHOT("5.00", "0", "0", "newroot.snapshot"), true, &err), -1);
	assert_int_equal(err.code, ERR_LVM);
	assert_string_equal(
		strstr(fake.told, "lvconvert"),
		"lvconvert --merge local/data.installed\nlvchange -ay --poll n local/data\n");
}

/* Kernels say it by the status of the target; LVM knows no percentage then. */
static void test_a_merge_that_failed(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	fake.reports[0] = ORIGIN("") SNAPSHOT("", "0", "1", "newroot.snapshot");
	assert_int_equal(
		reset(ORIGIN("") SNAPSHOT("5.00", "0", "0", "newroot.snapshot"), true, &err), -1);
	assert_non_null(strstr(err.msg, "given up"));
	assert_null(strstr(fake.told, "lvremove"));
	/* Nor is a volume merged that LVM does not know any more. */
	setup(NULL);
	fake.reports[0] = "";
	assert_int_equal(
		reset(ORIGIN("") SNAPSHOT("5.00", "0", "0", "newroot.snapshot"), true, &err), -1);
	assert_null(strstr(fake.told, "lvremove"));
}

static uint64_t told_done, told_total;

static void on_progress(void *ctx, const char *item, uint64_t done, uint64_t total)
{
	(void)ctx;
	assert_string_equal(item, "data");
	told_done = done;
	told_total = total;
}

static void test_progress(void **state)
{
	const struct child_watch watch = {.progress = on_progress};
	struct snapshot_volumes volumes =
		parse(ORIGIN("") SNAPSHOT("50.00", "0", "0", "newroot.snapshot"));
	struct err err = ERR_INIT;

	(void)state;
	volumes.item[0].is_wanted = true;
	fake.reports[0] = MERGED;
	assert_int_equal(snapshot_reset("local", &volumes.item[0], &arena, &watch, &err), 0);
	assert_int_equal(told_done, 419430400);
	assert_int_equal(told_total, 419430400);
}

static void test_wish(void **state)
{
	struct snapshot_volumes volumes =
		parse(ORIGIN("") SNAPSHOT("50.00", "0", "0", "newroot.snapshot"));
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(snapshot_want("local", &volumes.item[0], true, &arena, &err), 0);
	assert_int_equal(snapshot_want("local", &volumes.item[0], false, &arena, &err), 0);
	assert_string_equal(fake.told, "lvchange --addtag newroot.reset local/data.installed\n"
				       "lvchange --deltag newroot.reset local/data.installed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parse_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parse_merging, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset_from_every_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_failed_begin_activates_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_merge_that_failed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_progress, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wish, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
