/* What a plan showed to a person, told and compared with what is there when it is installed. */
#include "plan_fixture.h"
#include "plan/shown.h"

/* As it is handed out again. */
static json_t *shown_of(struct disk *disks, size_t count)
{
	json_t *shown;

	assert_int_equal(make(&default_job, disks, count, FIRMWARE_BIOS), 0);
	shown = plan_shown_json(&plan);
	assert_non_null(shown);
	return shown;
}

static void test_told(void **state)
{
	struct disk disks[] = {disk_8g, disk_4g};
	json_t *shown = shown_of(disks, 2);
	char *text = json_dumps(shown, JSON_COMPACT);

	(void)state;
	assert_string_equal(
		text,
		"[{\"role\":\"boot\",\"path\":\"/dev/vda\",\"place\":\"pci0000:00/0000:00:04.0\","
		"\"serial\":\"system\",\"wwn\":\"\",\"size\":8589934592},"
		"{\"role\":\"pv\",\"path\":\"/dev/vdb\",\"place\":\"pci0000:00/0000:00:05.0\","
		"\"serial\":\"\",\"wwn\":\"naa.5000c500a1b2c3d4\",\"size\":4294967296}]");
	free(text);
	json_decref(shown);
}

/* The kernel's names of one boot say nothing; all else does, and each role that differs is told. */
static void test_compared(void **state)
{
	struct disk renamed[] = {disk_8g, disk_4g}, swapped[] = {disk_4g, disk_8g},
		    moved[] = {disk_8g, disk_4g}, replaced[] = {disk_8g, disk_4g},
		    wwn[] = {disk_8g, disk_4g}, larger[] = {disk_8g, disk_4g};
	const struct {
		struct disk *disks;
		size_t count, differ;
		const char *words;
	} rows[] = {
		{renamed, 2, 0, NULL},
		{swapped, 2, 2, "the disk for boot is another one than the plan showed"},
		{moved, 2, 1, "at pci0000:00/0000:00:06.0 now"},
		{replaced, 2, 1, "serial 'other', wwn '' at pci0000:00/0000:00:04.0 now"},
		{wwn, 2, 1, "wwn 'naa.6' at"},
		{larger, 2, 1, "the disk for pv is another one than the plan showed"},
		{renamed, 1, 1, "which is not among those of the job now"},
	};
	struct disk disks[] = {disk_8g, disk_4g};
	json_t *shown = shown_of(disks, 2);

	(void)state;
	renamed[0].path = "/dev/vdb";
	renamed[1].path = "/dev/vda";
	moved[1].location = "pci0000:00/0000:00:06.0";
	replaced[0].serial = "other";
	wwn[1].wwn = "naa.6";
	larger[1].size += 512;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err_list found = {0};

		make(&default_job, rows[i].disks, rows[i].count, FIRMWARE_BIOS);
		plan_check_shown(&plan, shown, &found);
		if (found.count != rows[i].differ ||
		    (found.count && (found.item[0].code != ERR_PLAN_DISKS ||
				     !strstr(found.item[0].msg, rows[i].words))))
			fail_msg("row %zu: %zu, %s", i, found.count,
				 found.count ? found.item[0].msg : "");
		err_list_free(&found);
	}
	json_decref(shown);
}

/* One that has come since would be erased unseen. */
static void test_one_more(void **state)
{
	struct disk disks[] = {disk_8g, disk_4g};
	json_t *shown = shown_of(disks, 1);
	struct err_list found = {0};

	(void)state;
	assert_int_equal(make(&default_job, disks, 2, FIRMWARE_BIOS), 0);
	plan_check_shown(&plan, shown, &found);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.item[0].where, "/dev/vdb");
	assert_non_null(strstr(found.item[0].msg, "was not in the plan that was shown"));
	err_list_free(&found);
	json_decref(shown);
}

/* A service that is broken or hostile: nothing of it is taken for a disk. */
static void test_other_answers(void **state)
{
	static const char *const rows[] = {"[7, null]", "[{}, {\"size\": -1}]",
					   "[{\"role\": 7, \"size\": \"x\"}, []]"};
	struct disk disks[] = {disk_8g, disk_4g};

	(void)state;
	assert_int_equal(make(&default_job, disks, 2, FIRMWARE_BIOS), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *shown = json_loads(rows[i], 0, NULL);
		struct err_list found = {0};

		plan_check_shown(&plan, shown, &found);
		assert_int_equal(found.count, 2);
		err_list_free(&found);
		json_decref(shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_told),
		TEST(test_compared),
		TEST(test_one_more),
		TEST(test_other_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
