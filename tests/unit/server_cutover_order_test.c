/* A cutover that is ordered here and done by the VM, in waves. */
#include "tests/unit/course_fixture.h"

#include "util/limits.h"

static void test_cutover_of_a_group_is_of_all_or_none(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	complete(f, "db2");
	for (size_t i = 0; i < 2; i++) {
		const enum action action = i ? ACTION_MARK : ACTION_CUT_OVER;

		assert_int_equal(store_begin(f->store, NULL), 0);
		assert_int_equal(action_group(f->store, "shop", action, "a test", 8, &err), -1);
		store_rollback(f->store);
		assert_int_equal(err.code, ERR_SERVICE_STATE);
		assert_int_equal(get(f, "db2").state, VM_COMPLETE);
		assert_int_equal(get(f, "db2").cutover_ms, 0);
	}
	assert_int_equal(act(f, "db2", ACTION_MARK, NULL), 0);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), COURSE_REFUSED);
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), COURSE_REFUSED);
}

/* Told again and again until the VM says that it is done; what was done once more is the VM's to say, too. */
static void test_a_cutover_is_told_until_it_is_done(void **state)
{
	struct fixture *f = *state;

	migrate(f, "db2", "");
	complete(f, "db2");
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
	assert_false(post(f, "db2", BOOT_A, (struct event){.input = INPUT_CUT_OVER}).cutover);
	assert_int_equal(get(f, "db2").state, VM_CUT_OVER);
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	/* Undone on the VM: not ordered any more. */
	assert_false(post(f, "db2", BOOT_A, (struct event){.input = INPUT_COMPLETE}).cutover);
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
}

/* A pass of `newroot sync` reports as a boot of its own, which is the newest then. */
static void test_a_cutover_is_told_to_an_older_boot(void **state)
{
	struct fixture *f = *state;

	migrate(f, "db2", "");
	complete(f, "db2");
	post(f, "db2", BOOT_B, beat);
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
}

static void test_who_cannot_be_told_is_not_ordered(void **state)
{
	struct fixture *f = *state;
	const int64_t late = 10 + ATTENDS_SECONDS * 1000;
	struct err err = ERR_INIT;

	migrate(f, "db2", "");
	complete(f, "db2");
	assert_int_equal(action_vm(f->store, "db2", ACTION_CUT_OVER, "a test", late, &err),
			 COURSE_REFUSED);
	assert_non_null(strstr(err.msg, "nothing was heard of it for 180 s"));
	assert_int_equal(get(f, "db2").cutover_ms, 0);
	assert_int_equal(
		count_cause(f, "db2", "refused: cutover by a test, nothing is heard of it"), 1);
	assert_int_equal(action_vm(f->store, "db2", ACTION_MARK, "a test", late, NULL), 0);
	/* One that holds nothing back has nothing to be told. */
	complete(f, "web1");
	assert_int_equal(action_vm(f->store, "web1", ACTION_CUT_OVER, "a test", late, NULL), 0);
	assert_int_equal(get(f, "web1").state, VM_CUT_OVER);
}

static void test_a_group_is_cut_over_in_waves(void **state)
{
	static const char *const members[] = {"db1", "db2", "web1"};
	struct fixture *f = *state;

	migrate(f, "db1", "db-master");
	migrate(f, "db2", "db-replica");
	migrate(f, "web1", "app");
	for (size_t i = 0; i < 3; i++)
		complete(f, members[i]);
	assert_int_equal(action_group(f->store, "shop", ACTION_CUT_OVER, "a test", 8, NULL), 0);
	assert_string_equal(get(f, "web1").cutover_after, "db1");
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++) {
			const bool told = post(f, members[j], BOOT_A, beat).cutover;

			assert_int_equal(told, i == j);
			if (j == 2)
				post(f, members[i], BOOT_A,
				     (struct event){.input = INPUT_CUT_OVER});
		}
	assert_int_equal(get(f, "web1").state, VM_CUT_OVER);
}

/* An error keeps the order, and those that go after it waiting; a hold stops all that haven't begun. */
static void test_what_stops_an_ordered_cutover(void **state)
{
	struct fixture *f = *state;

	migrate(f, "db2", "db-master");
	migrate(f, "web1", "app");
	complete(f, "db2");
	complete(f, "web1");
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_int_equal(act(f, "web1", ACTION_CUT_OVER, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, failed_in("cutover database")).cutover);
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RELEASE, NULL), 0);
	assert_false(post(f, "web1", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	assert_true(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_HOLD, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RELEASE, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, (struct event){.input = INPUT_FIRST_BOOT}).cutover);
	assert_true(post(f, "db2", BOOT_A, (struct event){.input = INPUT_COMPLETE}).cutover);
	/* Given up, it is told nothing, and nobody waits for it. */
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), 0);
	assert_true(post(f, "web1", BOOT_A, beat).cutover);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_false(post(f, "db2", BOOT_A, beat).cutover);
}

/* The others hear of it when it is ordered and when it is done, and when the VM is removed. */
static void test_versions_tell_of_a_cutover(void **state)
{
	struct fixture *f = *state;
	int64_t count, version;
	int changed = 0;

	migrate(f, "db2", "db-master");
	complete(f, "db2");
	assert_int_equal(act(f, "db2", ACTION_CUT_OVER, NULL), 0);
	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CUT_OVER});
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cutover_of_a_group_is_of_all_or_none),
		TEST(test_a_cutover_is_told_until_it_is_done),
		TEST(test_a_cutover_is_told_to_an_older_boot),
		TEST(test_who_cannot_be_told_is_not_ordered),
		TEST(test_a_group_is_cut_over_in_waves),
		TEST(test_what_stops_an_ordered_cutover),
		TEST(test_versions_tell_of_a_cutover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
