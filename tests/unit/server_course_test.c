/* What moves a VM besides its events: the operator's actions, and the job handed out. */
#include "tests/unit/course_fixture.h"

#include "course/handout.h"

static void test_job_goes_to_one_boot(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	int64_t id = get(f, "db2").id;

	assert_int_equal(handout(f->store, id, BOOT_A, 5, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_CONFIGURING);
	assert_int_equal(handout(f->store, id, BOOT_A, 6, NULL), 0);
	assert_int_equal(handout(f->store, id, BOOT_B, 7, &err), COURSE_REFUSED);
	assert_int_equal(err.code, ERR_SERVICE_STATE);
	assert_int_equal(handout(f->store, id, "", 8, NULL), COURSE_REFUSED);
	/* Only what failed is tried again: erasing disks anew is to be said. */
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), COURSE_REFUSED);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), 0);
	assert_int_equal(handout(f->store, id, BOOT_B, 9, NULL), 0);
	assert_int_equal(handout(f->store, id, BOOT_A, 9, NULL), COURSE_REFUSED);
}

/* What an import left of the VM's former network goes when it gets the job of the new one. */
static void test_old_addresses_go_with_the_new_job(void **state)
{
	static const char job[] = "{\"network\":{\"interfaces\":[{\"dhcp\":true},"
				  "{\"addresses\":[\"10.80.1.2/24\",\"FD00:0::2/64\",7]}]}}";
	struct fixture *f = *state;
	struct vm vm = get(f, "db2");

	strcpy(vm.finals, "10.80.1.2 fd00::2 10.80.0.2");
	assert_int_equal(store_vm_save_import(f->store, &vm, job, "{}", NULL), 0);
	assert_int_equal(handout(f->store, vm.id, BOOT_A, 5, NULL), 0);
	assert_string_equal(get(f, "db2").finals, "10.80.1.2 fd00::2");
	/* A job without addresses says nothing of them. */
	vm = get(f, "web1");
	strcpy(vm.finals, "10.80.0.3");
	assert_int_equal(store_vm_save_import(f->store, &vm, "{}", "{}", NULL), 0);
	assert_int_equal(handout(f->store, vm.id, BOOT_A, 5, NULL), 0);
	assert_string_equal(get(f, "web1").finals, "10.80.0.3");
}

/* One that states no boot has had it, and can't prove that it is the same. */
static void test_job_without_a_boot_goes_once(void **state)
{
	struct fixture *f = *state;
	int64_t id = get(f, "db2").id;

	assert_int_equal(handout(f->store, id, "", 5, NULL), 0);
	assert_int_equal(handout(f->store, id, "", 6, NULL), COURSE_REFUSED);
}

static void test_cancel_and_take_up_again(void **state)
{
	struct fixture *f = *state;
	struct vm vm;

	assert_int_equal(handout(f->store, get(f, "db2").id, BOOT_A, 5, NULL), 0);
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), 0);
	vm = get(f, "db2");
	assert_true(vm_held(&vm));
	assert_false(vm_configures(&vm));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_CREATED);
	/* Its agent still stands at a boundary, with half of an installation: it has to begin anew. */
	assert_true(post(f, "db2", BOOT_A, (struct event){.type = "heartbeat"}).again);
}

static void test_arming_makes_a_new_token(void **state)
{
	struct fixture *f = *state;
	struct vm before = get(f, "db2"), after;

	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), COURSE_REFUSED);
	assert_int_equal(act(f, "db2", ACTION_ARM, NULL), 0);
	after = get(f, "db2");
	assert_true(after.armed);
	assert_string_not_equal(before.token, after.token);
	assert_true(token_matches(after.token_hash, after.token));
}

/* A creator's list must not lose those that nobody has made yet. */
static void test_arming_a_group_leaves_what_is_not_created(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(report(f, "web1", WORK_CREATE, LEASE_FAILED, "one", 4), 0);
	assert_int_equal(action_group(f->store, "shop", ACTION_ARM, "a test", 8, NULL), 0);
	assert_int_equal(get(f, "db1").state, VM_NEEDS_CREATING);
	assert_int_equal(get(f, "db2").state, VM_CREATED);
	assert_int_equal(get(f, "web1").state, VM_CREATED);
	assert_int_equal(act(f, "db1", ACTION_CANCEL, NULL), 0);
	assert_int_equal(action_group(f->store, "shop", ACTION_ARM, "a test", 9, NULL), 0);
	assert_int_equal(get(f, "db1").state, VM_CANCELLED);
	assert_int_equal(act(f, "db1", ACTION_ARM, NULL), 0);
}

/* A group is held and released apart from its VMs, and their histories tell when. */
static void test_group_hold_is_the_groups(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(act(f, "db2", ACTION_HOLD, NULL), 0);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	assert_int_equal(action_group(f->store, "shop", ACTION_HOLD, "a test", 8, NULL), 0);
	assert_int_equal(action_group(f->store, "shop", ACTION_RELEASE, "a test", 9, NULL), 0);
	assert_string_equal(get(f, "web1").held_by, "");
	assert_true(get(f, "db2").hold);
	assert_int_equal(count_cause(f, "web1", "hold of the group by a test"), 1);
	assert_int_equal(count_cause(f, "web1", "release of the group by a test"), 1);
}

/* A failed first boot stays, and is told to begin anew until it says that it has. */
static void test_a_failed_first_boot_begins_anew(void **state)
{
	struct fixture *f = *state;

	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	assert_false(post(f, "db2", BOOT_B, failed_in("import")).again);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_int_equal(get(f, "db2").state, VM_FIRST_BOOT);
	assert_false(get(f, "db2").armed && vm_state_configures(VM_FIRST_BOOT, VM_STATES));
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	assert_false(post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT}).again);
	/* It fails again, and boots again: that is a beginning, too. */
	post(f, "db2", BOOT_B, failed_in("import"));
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_false(post(f, "db2", "cccccccc-0b0a-0908-0706-050403020100",
			  (struct event){.input = INPUT_FIRST_BOOT})
			     .again);
	/* One that was given up goes on where it is. */
	assert_int_equal(act(f, "db2", ACTION_CANCEL, NULL), 0);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_false(get(f, "db2").anew);
}

/* Its first boot, or what attends it, goes on beside the command and behind it. */
static void takes_nothing_over(struct fixture *f, const char *command)
{
	struct event begin = {.type = "begin", .begins = true},
		     end = {.type = "end", .passed = true};
	struct event import = {.type = "progress", .step = "import", .progress = {.item = "shop"}};

	snprintf(begin.step, sizeof(begin.step), "%s", command);
	snprintf(end.step, sizeof(end.step), "%s", command);
	post(f, "db2", BOOT_A, (struct event){.input = INPUT_CONFIGURING});
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_FIRST_BOOT});
	post(f, "db2", BOOT_B, import);
	post(f, "db2", BOOT_C, begin);
	assert_string_equal(get(f, "db2").step, command);
	assert_string_equal(get(f, "db2").progress.item, "");
	post(f, "db2", BOOT_C, end);
	import.progress.done = 7;
	post(f, "db2", BOOT_B, import);
	assert_string_equal(get(f, "db2").step, "import");
	assert_int_equal(get(f, "db2").progress.done, 7);

	post(f, "db2", BOOT_B, failed_in("import"));
	post(f, "db2", BOOT_C, beat);
	assert_int_equal(act(f, "db2", ACTION_RETRY, NULL), 0);
	assert_true(post(f, "db2", BOOT_B, beat).again);
	assert_false(post(f, "db2", BOOT_A, beat).again);
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_COMPLETE});
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
	/* Any other boot ends it. */
	post(f, "db2", BOOT_D, beat);
	post(f, "db2", BOOT_B, (struct event){.input = INPUT_ERROR});
	assert_int_equal(get(f, "db2").state, VM_COMPLETE);
}

static void test_a_pass_of_sync_takes_nothing_over(void **state)
{
	takes_nothing_over(*state, "sync");
}

static void test_a_growth_takes_nothing_over(void **state)
{
	takes_nothing_over(*state, "grow");
}

static void count_refused(void *arg, const struct change_row *row)
{
	int *refused = arg;

	*refused += !strncmp(row->cause, "refused: ", 9);
}

static void test_refusals_are_in_the_history(void **state)
{
	struct fixture *f = *state;
	int refused = 0;

	assert_int_equal(act(f, "db1", ACTION_RETRY, NULL), COURSE_REFUSED);
	assert_int_equal(report(f, "db1", WORK_PROVISION, LEASE_DONE, "one", 3), COURSE_REFUSED);
	assert_int_equal(
		store_change_each(f->store, get(f, "db1").id, count_refused, &refused, NULL), 0);
	assert_int_equal(refused, 2);
	assert_int_equal(act(f, "nobody", ACTION_RETRY, NULL), -1);
	assert_int_equal(action_group(f->store, "none", ACTION_HOLD, "a test", 8, NULL), -1);
}

/* Whoever asks for what has changed has to hear of peers that are held by it, too. */
static void test_versions_tell_of_all_that_changed(void **state)
{
	struct fixture *f = *state;
	int64_t count, version;
	int changed = 0;

	assert_int_equal(store_vm_count(f->store, &count, &version, NULL), 0);
	assert_int_equal(count, 3);
	post(f, "db2", BOOT_A, (struct event){.type = "heartbeat"});
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 1);
	post(f, "db2", BOOT_A, failed_in("unpack"));
	changed = 0;
	assert_int_equal(store_vm_since(f->store, version, count_vm, &changed, NULL), 0);
	assert_int_equal(changed, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_job_goes_to_one_boot),
		TEST(test_old_addresses_go_with_the_new_job),
		TEST(test_job_without_a_boot_goes_once),
		TEST(test_cancel_and_take_up_again),
		TEST(test_arming_makes_a_new_token),
		TEST(test_arming_a_group_leaves_what_is_not_created),
		TEST(test_group_hold_is_the_groups),
		TEST(test_a_failed_first_boot_begins_anew),
		TEST(test_a_pass_of_sync_takes_nothing_over),
		TEST(test_a_growth_takes_nothing_over),
		TEST(test_refusals_are_in_the_history),
		TEST(test_versions_tell_of_all_that_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
