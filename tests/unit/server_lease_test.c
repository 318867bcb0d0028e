/* Creators' leases: nobody gets what another is at, and what one says is of the work at hand. */
#include "tests/unit/course_fixture.h"

#include "course/handout.h"
#include "util/limits.h"

static void test_two_creators_never_get_the_same(void **state)
{
	struct fixture *f = *state;
	const int64_t lease_ms = LEASE_SECONDS * 1000;

	assert_true(open_for(f, "db1", WORK_CREATE, 10));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 10), 0);
	assert_false(open_for(f, "db1", WORK_CREATE, 11));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "two", 11), COURSE_REFUSED);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_DONE, "two", 11), COURSE_REFUSED);
	/* Taking it again prolongs; one that died loses it. */
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 20), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "two", 10 + lease_ms + 5),
			 COURSE_REFUSED);
	assert_true(open_for(f, "db1", WORK_CREATE, 20 + lease_ms));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "two", 20 + lease_ms), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_DONE, "two", 21 + lease_ms), 0);
	assert_int_equal(get(f, "db1").state, VM_CREATED);
	assert_string_equal(get(f, "db1").lease_by, "");
}

static void test_what_is_not_open(void **state)
{
	struct fixture *f = *state;

	assert_false(open_for(f, "db1", WORK_PROVISION, 10));
	assert_false(open_for(f, "db2", WORK_CREATE, 10));
	assert_int_equal(report(f, "db2", WORK_PROVISION, LEASE_TAKEN, "one", 10), COURSE_REFUSED);
	assert_int_equal(act(f, "db1", ACTION_HOLD, NULL), 0);
	assert_false(open_for(f, "db1", WORK_CREATE, 10));
}

static void test_a_creator_fails(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 10), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_FAILED, "one", 11), 0);
	assert_int_equal(get(f, "db1").state, VM_ERROR);
	assert_string_equal(get(f, "db1").error, "creator.failed: creating: no room");
	assert_string_equal(get(f, "web1").held_by, "db1");
	assert_int_equal(act(f, "db1", ACTION_RETRY, NULL), 0);
	assert_true(open_for(f, "db1", WORK_CREATE, 12));
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_TAKEN, "one", 12), 0);
	assert_int_equal(report(f, "db1", WORK_CREATE, LEASE_DONE, "one", 13), 0);
	assert_string_equal(get(f, "web1").held_by, "");
}

/* What a creator says of one work changes nothing of a VM that is at another. */
static void test_a_failure_is_of_the_work_at_hand(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(report(f, "db1", WORK_PROVISION, LEASE_FAILED, "one", 10), COURSE_REFUSED);
	assert_int_equal(handout(f->store, get(f, "web1").id, BOOT_A, 5, NULL), 0);
	post(f, "web1", BOOT_A, failed_in("unpack"));
	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 10), COURSE_REFUSED);
	assert_string_equal(get(f, "web1").error, "archive.hash: x: y");
	assert_int_equal(act(f, "web1", ACTION_RETRY, NULL), 0);
	/* The blank VM can't be started: it was not made well. */
	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 11), 0);
	assert_int_equal(act(f, "web1", ACTION_RETRY, NULL), 0);
	assert_int_equal(handout(f->store, get(f, "web1").id, BOOT_A, 5, NULL), 0);
	post(f, "web1", BOOT_A, (struct event){.input = INPUT_INSTALLED});
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_TAKEN, "one", 12), 0);
	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 13), COURSE_REFUSED);
	assert_int_equal(get(f, "web1").state, VM_PROVISIONING);
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_FAILED, "one", 14), 0);
	assert_string_equal(get(f, "web1").hold_step, "provisioning");
}

static void test_provisioning(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(handout(f->store, get(f, "web1").id, BOOT_A, 5, NULL), 0);
	post(f, "web1", BOOT_A, (struct event){.input = INPUT_INSTALLED});
	assert_true(open_for(f, "web1", WORK_PROVISION, 10));
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_TAKEN, "one", 10), 0);
	assert_int_equal(get(f, "web1").state, VM_PROVISIONING);
	assert_false(open_for(f, "web1", WORK_PROVISION, 11));
	assert_true(open_for(f, "web1", WORK_PROVISION, 10 + LEASE_SECONDS * 1000));
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_DONE, "one", 12), 0);
	assert_false(open_for(f, "web1", WORK_PROVISION, 10 + LEASE_SECONDS * 1000));
	/* The VM's own word may be quicker than the creator's. */
	post(f, "web1", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	assert_int_equal(report(f, "web1", WORK_PROVISION, LEASE_DONE, "one", 13), 0);
	assert_int_equal(get(f, "web1").state, VM_FIRST_BOOT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_creators_never_get_the_same),
		TEST(test_what_is_not_open),
		TEST(test_a_creator_fails),
		TEST(test_a_failure_is_of_the_work_at_hand),
		TEST(test_provisioning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
