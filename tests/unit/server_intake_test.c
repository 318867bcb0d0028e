/* The intake of events: repeats and gaps, the states that they bring, holds. */
#include "tests/unit/store_fixture.h"

static void test_repeats_and_gaps(void **state)
{
	struct fixture *f = *state;
	struct intake result = take_range(f, BOOT_A, 1, 5);

	assert_int_equal(result.taken, 5);
	assert_int_equal(take_range(f, BOOT_A, 1, 5).taken, 5);
	assert_int_equal(stored(f), 5);
	result = take_range(f, BOOT_A, 8, 9);
	assert_int_equal(result.taken, 9);
	assert_int_equal(result.gap_from, 6);
	assert_int_equal(result.gap_to, 7);
	assert_int_equal(stored(f), 7);
	result = take_range(f, BOOT_A, 5, 8);
	assert_int_equal(result.taken, 9);
	assert_int_equal(result.gap_from, 0);
	assert_int_equal(stored(f), 9);
	assert_int_equal(take_range(f, BOOT_B, 1, 2).taken, 2);
	assert_int_equal(stored(f), 11);
}

static void move(struct fixture *f, const char *boot, int64_t seq, enum vm_input input)
{
	struct event_list list;
	struct intake result;

	heartbeats(&list, boot, seq, seq);
	list.item[0].input = input;
	assert_int_equal(take(f, &list, &result, NULL), 0);
}

static enum vm_state state_of(struct fixture *f)
{
	struct vm vm;

	assert_int_equal(store_vm_find(f->store, VM_BY_ID, f->vm.id, NULL, &vm, NULL), 1);
	return vm.state;
}

static void test_state_follows_the_newest_boot(void **state)
{
	struct fixture *f = *state;

	move(f, BOOT_A, 1, INPUT_CONFIGURING);
	assert_int_equal(state_of(f), VM_CONFIGURING);
	move(f, BOOT_A, 3, INPUT_INSTALLED);
	move(f, BOOT_A, 2, INPUT_ERROR);
	assert_int_equal(state_of(f), VM_NEEDS_PROVISIONING);
	move(f, BOOT_B, 1, INPUT_FIRST_BOOT);
	move(f, BOOT_A, 4, INPUT_ERROR);
	assert_int_equal(state_of(f), VM_FIRST_BOOT);
}

static void count_change(void *arg, const struct change_row *row)
{
	int *refused = arg;

	*refused += !strncmp(row->cause, "refused: ", 9);
}

static void test_refused_transition_is_kept(void **state)
{
	struct fixture *f = *state;
	int refused = 0;

	move(f, BOOT_A, 1, INPUT_COMPLETE);
	assert_int_equal(state_of(f), VM_CREATED);
	assert_int_equal(store_change_each(f->store, f->vm.id, count_change, &refused, NULL), 0);
	assert_int_equal(refused, 1);
}

static void test_hold(void **state)
{
	struct fixture *f = *state;
	struct vm vm;

	assert_int_equal(store_group_hold(f->store, "nothing", true, NULL), 0);
	assert_int_equal(store_group_hold(f->store, "shop", true, NULL), 1);
	assert_int_equal(store_vm_find(f->store, VM_BY_NAME, 0, "db1", &vm, NULL), 1);
	assert_false(vm.hold);
	assert_true(vm_held(&vm));
	assert_true(take_range(f, BOOT_A, 1, 1).hold);
	assert_int_equal(store_group_hold(f->store, "shop", false, NULL), 1);
	assert_false(take_range(f, BOOT_A, 2, 2).hold);
	vm.hold = true;
	assert_int_equal(store_vm_save(f->store, &vm, NULL), 0);
	assert_true(take_range(f, BOOT_A, 3, 3).hold);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_repeats_and_gaps),
		TEST(test_state_follows_the_newest_boot),
		TEST(test_refused_transition_is_kept),
		TEST(test_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
