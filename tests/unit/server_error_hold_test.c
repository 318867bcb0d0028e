/* An error holds the group until the step that failed is passed. */
#include "tests/unit/course_fixture.h"

#include "course/handout.h"

static void test_an_error_holds_the_group(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_A, 5, NULL), 0);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_false(get(f, "db2").held_by[0]);
	assert_true(post(f, "web1", BOOT_B, beat).hold);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	/* The boot that failed hears that it may begin anew, until it has done so. */
	assert_true(post(f, "db2", BOOT_A, beat).again);
	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_B, 5, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	/* Only what failed before proves it mended. */
	post(f, "db2", BOOT_B, passed("format"));
	assert_true(post(f, "web1", BOOT_B, beat).hold);
	post(f, "db2", BOOT_B, passed("unpack"));
	assert_false(post(f, "web1", BOOT_B, beat).hold);
}

/* Two that failed and are tried again must not wait for each other. */
static void test_two_errors_do_not_hold_each_other(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	post(f, "web1", BOOT_B, failed_in("lvm"));
	assert_int_equal(action_group(f->store, "shop", ACTION_RETRY, "a test", 8, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).hold);
	assert_false(post(f, "web1", BOOT_B, beat).hold);
	assert_true(get(f, "db1").held_by[0]);
}

static void test_release_forgives(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_string_equal(get(f, "web1").held_by, "db2");
	assert_int_equal(action_group(f->store, "shop", ACTION_RELEASE, "a test", 8, NULL), 0);
	assert_string_equal(get(f, "web1").held_by, "");
	assert_int_equal(get(f, "db2").state, VM_ERROR);
	assert_int_equal(action_group(f->store, "shop", ACTION_HOLD, "a test", 8, NULL), 0);
	assert_true(get(f, "web1").group_hold);
	assert_int_equal(action_group(f->store, "shop", ACTION_RELEASE, "a test", 8, NULL), 0);
	assert_false(get(f, "web1").group_hold);
}

/* The step of an earlier error proves nothing of a later one that names none. */
static void test_an_error_without_a_step_holds_on(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_B, 5, NULL), 0);
	post(f, "db2", BOOT_B, failed_in(""));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_C, 5, NULL), 0);
	post(f, "db2", BOOT_C, passed("unpack"));
	assert_string_equal(get(f, "web1").held_by, "db2");
	post(f, "db2", BOOT_C, (struct event){.input = INPUT_INSTALLED});
	assert_string_equal(get(f, "web1").held_by, "");
}

/* A replica whose error holds its master would wait for it without end. Held itself, it may say that. */
static void test_who_waits_for_peers_lets_them_go(void **state)
{
	struct fixture *f = *state;
	const struct event begins = {.input = INPUT_FIRST_BOOT};
	const struct event waits = {
		.type = "wait", .waits = true, .waiting = "db1 is not complete"};

	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, begins);
	post(f, "db2", BOOT_B, failed_in("peers"));
	post(f, "db2", BOOT_B, waits);
	assert_string_equal(get(f, "db1").held_by, "db2");
	assert_int_equal(action_group(f->store, "shop", ACTION_HOLD, "a test", 8, NULL), 0);
	post(f, "db2", BOOT_B, begins);
	post(f, "db2", BOOT_B, waits);
	assert_string_equal(get(f, "db1").held_by, "db2");
	assert_int_equal(store_group_hold(f->store, "shop", false, NULL), 1);
	post(f, "db2", BOOT_B, waits);
	assert_string_equal(get(f, "db1").held_by, "");
}

/* They would never come. */
static void test_late_peers_are_not_held(void **state)
{
	struct fixture *f = *state;
	struct event late = failed_in("peers");

	snprintf(late.error, sizeof(late.error), "first-boot.peer-late: db1: not complete");
	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	post(f, "db2", BOOT_B, late);
	assert_int_equal(get(f, "db2").state, VM_ERROR);
	assert_string_equal(get(f, "db1").held_by, "");
	/* It says so once more, as a state. */
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_ERROR});
	assert_string_equal(get(f, "db1").held_by, "");
}

static void test_removing_what_holds_tells_the_others(void **state)
{
	struct fixture *f = *state;
	int64_t count, version;
	int changed = 0;

	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	assert_int_equal(store_vm_remove(f->store, get(f, "db2").id, NULL), 0);
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 2);
	assert_string_equal(get(f, "web1").held_by, "");
	/* One that held nobody changes nobody. */
	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	assert_int_equal(store_vm_remove(f->store, get(f, "web1").id, NULL), 0);
	changed = 0;
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_error_holds_the_group),
		TEST(test_two_errors_do_not_hold_each_other),
		TEST(test_release_forgives),
		TEST(test_an_error_without_a_step_holds_on),
		TEST(test_who_waits_for_peers_lets_them_go),
		TEST(test_late_peers_are_not_held),
		TEST(test_removing_what_holds_tells_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
