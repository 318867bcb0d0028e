/* Several boots in the name of one VM: whose word counts. */
#include "tests/unit/course_fixture.h"

#include "course/handout.h"

static const struct event configuring = {.type = "state", .input = INPUT_CONFIGURING};
static const struct event installed = {.type = "state", .input = INPUT_INSTALLED};
static const struct event first_boot = {.type = "state", .input = INPUT_FIRST_BOOT};
static const struct event complete_state = {.type = "state", .input = INPUT_COMPLETE};
static const struct event error_state = {.type = "state", .input = INPUT_ERROR};
static const struct event rescue = {.type = "state", .input = INPUT_NONE};

static int ask(struct fixture *f, const char *name, const char *boot)
{
	return handout(f->store, get(f, name).id, boot, 5, NULL);
}

/* A heartbeat of boot B of db2 that comes then; the VM's state after it. */
static enum vm_state beat_at(struct fixture *f, int64_t now_ms)
{
	struct event event = beat;
	struct event_list list = {.item = &event, .count = 1, .boot = BOOT_B};
	struct intake result;

	event.seq = now_ms;
	event.body = (char *)"{}";
	assert_int_equal(intake_events(f->store, get(f, "db2").id, &list, now_ms, &result, NULL),
			 0);
	return result.to;
}

/* As an agent does it whom the job is refused. */
static void come_too_late(struct fixture *f, const char *name, const char *boot)
{
	post(f, name, boot, configuring);
	assert_int_equal(ask(f, name, boot), COURSE_REFUSED);
	post(f, name, boot, failed_in("fetch"));
	post(f, name, boot, error_state);
}

/* A power-on given twice: both say hello, in either order. */
static void test_the_boot_that_has_the_job_counts(void **state)
{
	static const char *const order[][2] = {{BOOT_A, BOOT_B}, {BOOT_B, BOOT_A}};
	static const char *const names[] = {"db2", "web1"};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		post(f, names[i], order[i][0], configuring);
		post(f, names[i], order[i][1], configuring);
		assert_int_equal(ask(f, names[i], BOOT_A), 0);
		come_too_late(f, names[i], BOOT_B);
		assert_int_equal(get(f, names[i]).state, VM_CONFIGURING);
		assert_string_equal(get(f, names[i]).step, "");
		post(f, names[i], BOOT_A, installed);
		assert_int_equal(get(f, names[i]).state, VM_NEEDS_PROVISIONING);
		/* What the other says after that counts no more. */
		post(f, names[i], BOOT_B, failed_in("fetch"));
		post(f, names[i], BOOT_B, error_state);
		assert_int_equal(get(f, names[i]).state, VM_NEEDS_PROVISIONING);
	}
}

/* Its machine lost its power: who comes after it and waits has the operator told. */
static void test_a_silent_boot_loses_its_vm(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	assert_int_equal(ask(f, "db2", BOOT_A), 0);
	come_too_late(f, "db2", BOOT_B);
	assert_int_equal(beat_at(f, 9 + 59999), VM_CONFIGURING);
	assert_int_equal(beat_at(f, 9 + 60000), VM_ERROR);
	assert_non_null(strstr(get(f, "db2").error, "service.not-armed: boot " BOOT_A));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_B, beat).again);
}

/* Silence was a network that is back: it is installed all the same. */
static void test_a_boot_that_was_thought_lost_may_end_well(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	assert_int_equal(ask(f, "db2", BOOT_A), 0);
	come_too_late(f, "db2", BOOT_B);
	assert_int_equal(beat_at(f, 9 + 60000), VM_ERROR);
	post(f, "db2", BOOT_A, installed);
	assert_int_equal(get(f, "db2").state, VM_NEEDS_PROVISIONING);
	assert_string_equal(get(f, "db2").error, "");
}

/* The agent tells its error, unmounts, and then reports its state: a retry may come in between. */
static void test_a_late_state_does_not_undo_a_retry(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	assert_int_equal(ask(f, "db2", BOOT_A), 0);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_A, error_state).again);
	assert_int_equal(get(f, "db2").state, VM_CREATED);
	assert_int_equal(ask(f, "db2", BOOT_B), 0);
}

/* The same in each life of an installed system; what fails once more is an error again. */
static void test_nor_does_one_of_an_installed_system(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	post(f, "db2", BOOT_B, first_boot);
	post(f, "db2", BOOT_B, failed_in("import"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_B, error_state).again);
	assert_int_equal(get(f, "db2").state, VM_FIRST_BOOT);
	post(f, "db2", BOOT_B, failed_in("import"));
	assert_int_equal(get(f, "db2").state, VM_ERROR);
	post(f, "db2", BOOT_B, first_boot);
	post(f, "db2", BOOT_B, complete_state);
	post(f, "db2", BOOT_B, failed_in("quarantine"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	post(f, "db2", BOOT_B, error_state);
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
}

/* It runs on until the machine is started again: its errors are those of a system that is given up. */
static void test_arming_ends_what_runs(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	assert_int_equal(ask(f, "db2", BOOT_A), 0);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), 0);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(get(f, "db2").state, VM_CREATED);

	complete(f, "web1");
	post(f, "web1", BOOT_B, first_boot);
	post(f, "web1", BOOT_B, complete_state);
	post(f, "web1", BOOT_C, beat);
	assert_int_equal(act(f, "web1", ACTION_ARM, NULL), 0);
	post(f, "web1", BOOT_C, failed_in("quarantine"));
	post(f, "web1", BOOT_B, failed_in("quarantine"));
	assert_int_equal(get(f, "web1").state, VM_CREATED);
	post(f, "web1", BOOT_D, configuring);
	assert_int_equal(ask(f, "web1", BOOT_D), 0);
	post(f, "web1", BOOT_B, complete_state);
	assert_int_equal(get(f, "web1").state, VM_CONFIGURING);
}

/* Another machine with that MAC, or this one from the network by mistake. */
static void test_the_in_memory_system_says_nothing_of_an_installed_one(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	assert_int_equal(ask(f, "db2", BOOT_A), 0);
	post(f, "db2", BOOT_A, installed);
	post(f, "db2", BOOT_B, first_boot);
	come_too_late(f, "db2", BOOT_C);
	assert_int_equal(get(f, "db2").state, VM_FIRST_BOOT);
	post(f, "db2", BOOT_D, rescue);
	post(f, "db2", BOOT_D, failed_in("contact"));
	assert_int_equal(get(f, "db2").state, VM_FIRST_BOOT);
	post(f, "db2", BOOT_B, complete_state);
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
	/* When `installed` got lost, the system that boots from the disk tells. */
	post(f, "web1", BOOT_A, configuring);
	assert_int_equal(ask(f, "web1", BOOT_A), 0);
	post(f, "web1", BOOT_B, first_boot);
	assert_int_equal(get(f, "web1").state, VM_FIRST_BOOT);
}

/* A cutover is ordered of one that is heard, and who else speaks in its name is not it. */
static void test_others_do_not_make_it_heard(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, configuring);
	assert_int_equal(ask(f, "db2", BOOT_A), 0);
	assert_int_equal(get(f, "db2").seen_ms, 9);
	beat_at(f, 500);
	assert_int_equal(get(f, "db2").seen_ms, 9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_boot_that_has_the_job_counts),
		TEST(test_a_silent_boot_loses_its_vm),
		TEST(test_a_boot_that_was_thought_lost_may_end_well),
		TEST(test_a_late_state_does_not_undo_a_retry),
		TEST(test_nor_does_one_of_an_installed_system),
		TEST(test_arming_ends_what_runs),
		TEST(test_the_in_memory_system_says_nothing_of_an_installed_one),
		TEST(test_others_do_not_make_it_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
