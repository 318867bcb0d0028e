/* The table of transitions, whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vm/state.h"

/*
 * The whole table once more, written as an operator would tell it: what moves a VM from each state, and
 * what is taken without moving it. Everything else is refused.
 */
static const struct {
	enum vm_state from;
	enum vm_input input;
	enum vm_state to;
} rows[] = {
	{VM_WAITING, INPUT_NONE, VM_WAITING},
	{VM_WAITING, INPUT_ERROR, VM_ERROR},
	{VM_WAITING, INPUT_ARCHIVES, VM_NEEDS_CREATING},
	{VM_WAITING, INPUT_CANCEL, VM_CANCELLED},

	{VM_NEEDS_CREATING, INPUT_NONE, VM_NEEDS_CREATING},
	{VM_NEEDS_CREATING, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_NEEDS_CREATING, INPUT_ERROR, VM_ERROR},
	{VM_NEEDS_CREATING, INPUT_CREATED, VM_CREATED},
	{VM_NEEDS_CREATING, INPUT_FAILED, VM_ERROR},
	{VM_NEEDS_CREATING, INPUT_ARM, VM_CREATED},
	{VM_NEEDS_CREATING, INPUT_CANCEL, VM_CANCELLED},

	{VM_CREATED, INPUT_NONE, VM_CREATED},
	{VM_CREATED, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_CREATED, INPUT_ERROR, VM_ERROR},
	{VM_CREATED, INPUT_CREATED, VM_CREATED},
	{VM_CREATED, INPUT_FAILED, VM_ERROR},
	{VM_CREATED, INPUT_ARM, VM_CREATED},
	{VM_CREATED, INPUT_CANCEL, VM_CANCELLED},

	{VM_CONFIGURING, INPUT_NONE, VM_CONFIGURING},
	{VM_CONFIGURING, INPUT_CONFIGURING, VM_CONFIGURING},
	{VM_CONFIGURING, INPUT_INSTALLED, VM_NEEDS_PROVISIONING},
	{VM_CONFIGURING, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_CONFIGURING, INPUT_COMPLETE, VM_COMPLETE},
	{VM_CONFIGURING, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_CONFIGURING, INPUT_ERROR, VM_ERROR},
	{VM_CONFIGURING, INPUT_CREATED, VM_CONFIGURING},
	{VM_CONFIGURING, INPUT_ARM, VM_CREATED},
	{VM_CONFIGURING, INPUT_CANCEL, VM_CANCELLED},

	{VM_NEEDS_PROVISIONING, INPUT_NONE, VM_NEEDS_PROVISIONING},
	{VM_NEEDS_PROVISIONING, INPUT_INSTALLED, VM_NEEDS_PROVISIONING},
	{VM_NEEDS_PROVISIONING, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_NEEDS_PROVISIONING, INPUT_COMPLETE, VM_COMPLETE},
	{VM_NEEDS_PROVISIONING, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_NEEDS_PROVISIONING, INPUT_ERROR, VM_ERROR},
	{VM_NEEDS_PROVISIONING, INPUT_PROVISIONING, VM_PROVISIONING},
	{VM_NEEDS_PROVISIONING, INPUT_ARM, VM_CREATED},
	{VM_NEEDS_PROVISIONING, INPUT_CANCEL, VM_CANCELLED},

	{VM_PROVISIONING, INPUT_NONE, VM_PROVISIONING},
	{VM_PROVISIONING, INPUT_INSTALLED, VM_PROVISIONING},
	{VM_PROVISIONING, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_PROVISIONING, INPUT_COMPLETE, VM_COMPLETE},
	{VM_PROVISIONING, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_PROVISIONING, INPUT_ERROR, VM_ERROR},
	{VM_PROVISIONING, INPUT_PROVISIONING, VM_PROVISIONING},
	{VM_PROVISIONING, INPUT_PROVISIONED, VM_PROVISIONING},
	{VM_PROVISIONING, INPUT_FAILED, VM_ERROR},
	{VM_PROVISIONING, INPUT_RETRY, VM_NEEDS_PROVISIONING},
	{VM_PROVISIONING, INPUT_ARM, VM_CREATED},
	{VM_PROVISIONING, INPUT_CANCEL, VM_CANCELLED},

	{VM_FIRST_BOOT, INPUT_NONE, VM_FIRST_BOOT},
	{VM_FIRST_BOOT, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_FIRST_BOOT, INPUT_COMPLETE, VM_COMPLETE},
	{VM_FIRST_BOOT, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_FIRST_BOOT, INPUT_ERROR, VM_ERROR},
	{VM_FIRST_BOOT, INPUT_PROVISIONED, VM_FIRST_BOOT},
	{VM_FIRST_BOOT, INPUT_ARM, VM_CREATED},
	{VM_FIRST_BOOT, INPUT_CANCEL, VM_CANCELLED},

	{VM_COMPLETE, INPUT_NONE, VM_COMPLETE},
	{VM_COMPLETE, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_COMPLETE, INPUT_COMPLETE, VM_COMPLETE},
	{VM_COMPLETE, INPUT_ERROR, VM_ERROR},
	{VM_COMPLETE, INPUT_PROVISIONED, VM_COMPLETE},
	{VM_COMPLETE, INPUT_ARM, VM_CREATED},
	{VM_COMPLETE, INPUT_CANCEL, VM_CANCELLED},
	{VM_COMPLETE, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_COMPLETE, INPUT_ORDER, VM_COMPLETE},
	{VM_COMPLETE, INPUT_MARK, VM_CUT_OVER},

	{VM_CUT_OVER, INPUT_NONE, VM_CUT_OVER},
	{VM_CUT_OVER, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_CUT_OVER, INPUT_COMPLETE, VM_COMPLETE},
	{VM_CUT_OVER, INPUT_ERROR, VM_CUT_OVER},
	{VM_CUT_OVER, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_CUT_OVER, INPUT_ORDER, VM_CUT_OVER},
	{VM_CUT_OVER, INPUT_MARK, VM_CUT_OVER},
	{VM_CUT_OVER, INPUT_REOPEN, VM_COMPLETE},

	{VM_ERROR, INPUT_NONE, VM_ERROR},
	{VM_ERROR, INPUT_INSTALLED, VM_NEEDS_PROVISIONING},
	{VM_ERROR, INPUT_FIRST_BOOT, VM_FIRST_BOOT},
	{VM_ERROR, INPUT_COMPLETE, VM_COMPLETE},
	{VM_ERROR, INPUT_CUT_OVER, VM_CUT_OVER},
	{VM_ERROR, INPUT_ERROR, VM_ERROR},
	{VM_ERROR, INPUT_FAILED, VM_ERROR},
	{VM_ERROR, INPUT_RETRY, VM_CREATED},
	{VM_ERROR, INPUT_ARM, VM_CREATED},
	{VM_ERROR, INPUT_CANCEL, VM_CANCELLED},

	{VM_CANCELLED, INPUT_NONE, VM_CANCELLED},
	{VM_CANCELLED, INPUT_FIRST_BOOT, VM_CANCELLED},
	{VM_CANCELLED, INPUT_COMPLETE, VM_CANCELLED},
	{VM_CANCELLED, INPUT_CUT_OVER, VM_CANCELLED},
	{VM_CANCELLED, INPUT_ERROR, VM_CANCELLED},
	{VM_CANCELLED, INPUT_RETRY, VM_CREATED},
	{VM_CANCELLED, INPUT_ARM, VM_CREATED},
	{VM_CANCELLED, INPUT_CANCEL, VM_CANCELLED},
};

static enum vm_state expected(enum vm_state from, enum vm_input input)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].from == from && rows[i].input == input)
			return rows[i].to;
	return VM_REFUSED;
}

static void test_table(void **state)
{
	(void)state;
	for (enum vm_state from = 0; from < VM_STATES; from++)
		for (enum vm_input input = 0; input < VM_INPUTS; input++)
			assert_int_equal(vm_state_next(from, VM_CONFIGURING, input),
					 expected(from, input));
}

/* Where a retry leads, by the state that the VM came from. */
static void test_retry(void **state)
{
	static const struct {
		enum vm_state before, to;
	} retries[] = {
		{VM_WAITING, VM_WAITING},
		{VM_NEEDS_CREATING, VM_NEEDS_CREATING},
		{VM_CREATED, VM_CREATED},
		{VM_CONFIGURING, VM_CREATED},
		{VM_NEEDS_PROVISIONING, VM_NEEDS_PROVISIONING},
		{VM_PROVISIONING, VM_NEEDS_PROVISIONING},
		{VM_FIRST_BOOT, VM_FIRST_BOOT},
		{VM_COMPLETE, VM_COMPLETE},
		{VM_CUT_OVER, VM_REFUSED},
		{VM_STATES, VM_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		assert_int_equal(vm_state_next(VM_ERROR, retries[i].before, INPUT_RETRY),
				 retries[i].to);
		assert_int_equal(vm_state_next(VM_CANCELLED, retries[i].before, INPUT_RETRY),
				 retries[i].to);
	}
}

/* An installed VM that comes to the network boots from its disk: only these states say otherwise. */
static void test_configures(void **state)
{
	(void)state;
	for (enum vm_state s = 0; s < VM_STATES; s++)
		assert_int_equal(vm_state_configures(s, VM_COMPLETE),
				 s == VM_NEEDS_CREATING || s == VM_CREATED || s == VM_CONFIGURING);
	assert_true(vm_state_configures(VM_ERROR, VM_CONFIGURING));
	assert_false(vm_state_configures(VM_ERROR, VM_FIRST_BOOT));
	assert_false(vm_state_configures(VM_ERROR, VM_STATES));
}

static void test_out_of_range(void **state)
{
	(void)state;
	assert_int_equal(vm_state_next(VM_STATES, VM_CREATED, INPUT_NONE), VM_REFUSED);
	assert_int_equal(vm_state_next(VM_CREATED, VM_CREATED, VM_INPUTS), VM_REFUSED);
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
	assert_int_equal(vm_input_by_state("cut over"), INPUT_CUT_OVER);
	assert_int_equal(vm_input_by_state("mark"), VM_INPUTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),      cmocka_unit_test(test_retry),
		cmocka_unit_test(test_configures), cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
