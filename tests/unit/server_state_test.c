/* The table of transitions, whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vm/state.h"

/* Every pair of state and input that moves, with where to; every other known pair stays or is refused. */
static const struct {
	enum vm_state from;
	enum vm_input input;
	enum vm_state to;
} rows[] = {
	{VM_CREATED, INPUT_NONE, VM_CREATED},
	{VM_CREATED, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_CREATED, INPUT_INSTALLED, VM_REFUSED},
	{VM_CREATED, INPUT_FIRST_BOOT, VM_REFUSED},
	{VM_CREATED, INPUT_COMPLETE, VM_REFUSED},
	{VM_CREATED, INPUT_ERROR, VM_ERROR},
	{VM_CONFIGURING, INPUT_NONE, VM_CONFIGURING},
	{VM_CONFIGURING, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_CONFIGURING, INPUT_INSTALLED, VM_INSTALLED},
	{VM_CONFIGURING, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_CONFIGURING, INPUT_COMPLETE, VM_COMPLETE},
	{VM_CONFIGURING, INPUT_ERROR, VM_ERROR},
	{VM_INSTALLED, INPUT_NONE, VM_INSTALLED},
	{VM_INSTALLED, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_INSTALLED, INPUT_INSTALLED, VM_INSTALLED},
	{VM_INSTALLED, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_INSTALLED, INPUT_COMPLETE, VM_COMPLETE},
	{VM_INSTALLED, INPUT_ERROR, VM_ERROR},
	{VM_FIRST_BOOT, INPUT_NONE, VM_FIRST_BOOT},
	{VM_FIRST_BOOT, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_FIRST_BOOT, INPUT_INSTALLED, VM_REFUSED},
	{VM_FIRST_BOOT, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_FIRST_BOOT, INPUT_COMPLETE, VM_COMPLETE},
	{VM_FIRST_BOOT, INPUT_ERROR, VM_ERROR},
	{VM_COMPLETE, INPUT_NONE, VM_COMPLETE},
	{VM_COMPLETE, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_COMPLETE, INPUT_INSTALLED, VM_REFUSED},
	{VM_COMPLETE, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_COMPLETE, INPUT_COMPLETE, VM_COMPLETE},
	{VM_COMPLETE, INPUT_ERROR, VM_ERROR},
	{VM_ERROR, INPUT_NONE, VM_ERROR},
	{VM_ERROR, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_ERROR, INPUT_INSTALLED, VM_INSTALLED},
	{VM_ERROR, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_ERROR, INPUT_COMPLETE, VM_COMPLETE},
	{VM_ERROR, INPUT_ERROR, VM_ERROR},
};

static void test_table(void **state)
{
	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), VM_STATES * VM_INPUTS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(vm_state_next(rows[i].from, rows[i].input), rows[i].to);
}

static void test_out_of_range(void **state)
{
	(void)state;
	assert_int_equal(vm_state_next(VM_STATES, INPUT_NONE), VM_REFUSED);
	assert_int_equal(vm_state_next(VM_CREATED, VM_INPUTS), VM_REFUSED);
	assert_string_equal(vm_state_name(VM_STATES), "unknown");
}

static void test_names(void **state)
{
	(void)state;
	for (enum vm_state s = 0; s < VM_STATES; s++)
		assert_int_equal(vm_state_by_name(vm_state_name(s)), s);
	assert_int_equal(vm_state_by_name("asleep"), VM_STATES);
	assert_int_equal(vm_input_by_state("first boot"), INPUT_FIRST_BOOT);
	assert_int_equal(vm_input_by_state("rescue"), INPUT_NONE);
	assert_int_equal(vm_input_by_state("nothing"), VM_INPUTS);
	assert_int_equal(vm_input_by_state("created"), VM_INPUTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
