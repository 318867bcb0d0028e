/* The caps of the store: what one VM causes has an end, and drives nothing else out. */
#include "tests/unit/store_fixture.h"

static void count_refusal(void *arg, const struct refusal_row *row)
{
	int64_t *sum = arg;

	sum[0]++;
	sum[1] += row->count;
}

static void test_refusals_are_capped(void **state)
{
	struct fixture *f = *state;
	int64_t sum[2] = {0, 0};
	char address[ADDRESS_TEXT];

	for (int i = 0; i < 2 * VM_REFUSALS_MAX; i++) {
		snprintf(address, sizeof(address), "10.0.1.%d", i);
		assert_int_equal(
			store_refusal_add(f->store, f->vm.id, address, "vm.token", i, NULL), 0);
		assert_int_equal(
			store_refusal_add(f->store, f->vm.id, address, "vm.token", i, NULL), 0);
	}
	assert_int_equal(store_refusal_each(f->store, f->vm.id, count_refusal, sum, NULL), 0);
	assert_int_equal(sum[0], VM_REFUSALS_MAX);
	assert_int_equal(sum[1], 2 * VM_REFUSALS_MAX);
}

static void tell_change(void *arg, const struct change_row *row)
{
	int64_t *of = arg;
	const bool moved = strcmp(row->from, row->to) != 0;

	of[moved]++;
	if (moved)
		of[2] = row->at_ms;
}

/* What asks in vain, again and again, drives nothing else out of the history. */
static void test_history_is_capped(void **state)
{
	struct fixture *f = *state;
	struct change_row moved = {true, 1, "created", "configuring", "x"},
			  refused = {true, 2, "a", "a", "x"}, held = {false, 3, "a", "a", "hold"};
	int64_t of[3] = {0};

	assert_int_equal(store_begin(f->store, NULL), 0);
	assert_int_equal(store_change_add(f->store, f->vm.id, &moved, NULL), 0);
	for (int i = 0; i < 2 * VM_CHANGES_MAX; i++)
		assert_int_equal(store_change_add(f->store, f->vm.id, &refused, NULL), 0);
	assert_int_equal(store_change_each(f->store, f->vm.id, tell_change, of, NULL), 0);
	assert_int_equal(of[false], VM_CHANGES_MAX);
	assert_int_equal(of[true], 1);
	for (moved.at_ms = 2; moved.at_ms < VM_CHANGES_MAX + 10; moved.at_ms++)
		assert_int_equal(store_change_add(f->store, f->vm.id, &moved, NULL), 0);
	memset(of, 0, sizeof(of));
	assert_int_equal(store_change_each(f->store, f->vm.id, tell_change, of, NULL), 0);
	assert_int_equal(of[false], VM_CHANGES_MAX);
	assert_int_equal(of[true], VM_CHANGES_MAX);
	assert_int_equal(of[2], VM_CHANGES_MAX + 9);
	/* What others did has a cap of its own, and does not make room for the VM's. */
	for (int i = 0; i < VM_CHANGES_BY_OTHERS_MAX + 9; i++)
		assert_int_equal(store_change_add(f->store, f->vm.id, &held, NULL), 0);
	for (int i = 0; i < 2 * VM_CHANGES_MAX; i++)
		assert_int_equal(store_change_add(f->store, f->vm.id, &refused, NULL), 0);
	memset(of, 0, sizeof(of));
	assert_int_equal(store_change_each(f->store, f->vm.id, tell_change, of, NULL), 0);
	assert_int_equal(of[false], VM_CHANGES_MAX + VM_CHANGES_BY_OTHERS_MAX);
	assert_int_equal(store_commit(f->store, NULL), 0);
}

static void count_boot(void *arg, const struct boot *boot)
{
	int64_t *of = arg;

	if (!of[0]++)
		of[1] = boot->first_ms;
	of[2] += boot->stored;
}

#define HOUR_MS INT64_C(3600000)

/* At ten an hour. */
static void open_boots(struct fixture *f, int first, int last, struct boot *boot)
{
	char uuid[BOOT_UUID_TEXT];

	for (int i = first; i <= last; i++) {
		snprintf(uuid, sizeof(uuid), "%08x-0b0a-0908-0706-050403020100", (unsigned)i);
		assert_int_equal(
			store_boot_open(f->store, f->vm.id, uuid, i * HOUR_MS / 10, boot, NULL), 0);
	}
}

static void add_typed(struct fixture *f, const struct boot *boot, int64_t seq, const char *type)
{
	const struct event event = {.seq = seq, .type = type, .body = (char *)"{}"};

	assert_int_equal(store_event_add(f->store, boot, &event, 1, NULL), 1);
}

/* What they did is left, of as many of them again; the one that has the job stays whatever comes. */
static void test_oldest_boots_make_room(void **state)
{
	struct fixture *f = *state;
	int64_t of[3] = {0}, freed;
	struct boot boot;

	assert_int_equal(store_begin(f->store, NULL), 0);
	open_boots(f, 1, 1, &boot);
	memcpy(f->vm.handed_to, boot.uuid, sizeof(boot.uuid));
	assert_int_equal(store_vm_save(f->store, &f->vm, NULL), 0);
	add_typed(f, &boot, 1, "heartbeat");
	for (int i = 2; i < BOOT_TRIMMED_EVENTS_MAX + 20; i++)
		add_typed(f, &boot, i, i % 2 ? "begin" : "error");
	open_boots(f, 2, VM_BOOTS_MAX, &boot);
	assert_int_equal(store_boot_each(f->store, f->vm.id, count_boot, of, NULL), 0);
	assert_int_equal(of[2], 0);
	open_boots(f, VM_BOOTS_MAX + 1, VM_BOOTS_MAX + 1, &boot);
	memset(of, 0, sizeof(of));
	assert_int_equal(store_boot_each(f->store, f->vm.id, count_boot, of, NULL), 0);
	assert_int_equal(of[0], VM_BOOTS_MAX + 1);
	assert_int_equal(of[1], HOUR_MS / 10);
	assert_int_equal(of[2], BOOT_TRIMMED_EVENTS_MAX);
	assert_int_equal(store_boot_forget_oldest(f->store, &boot, &freed, NULL), 1);
	open_boots(f, VM_BOOTS_MAX + 2, VM_BOOTS_MAX + VM_BOOTS_TRIMMED_MAX + 20, &boot);
	memset(of, 0, sizeof(of));
	assert_int_equal(store_boot_each(f->store, f->vm.id, count_boot, of, NULL), 0);
	assert_int_equal(of[0], VM_BOOTS_MAX + VM_BOOTS_TRIMMED_MAX + 1);
	assert_int_equal(of[1], HOUR_MS / 10);
	assert_int_equal(store_commit(f->store, NULL), 0);
}

static void test_new_boots_are_limited(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	char uuid[BOOT_UUID_TEXT];
	struct boot boot;

	for (int i = 0; i <= VM_BOOTS_PER_HOUR; i++) {
		snprintf(uuid, sizeof(uuid), "%08x-0b0a-0908-0706-050403020100", (unsigned)i);
		assert_int_equal(store_boot_open(f->store, f->vm.id, uuid, i, &boot, &err),
				 i < VM_BOOTS_PER_HOUR ? 0 : -1);
	}
	assert_int_equal(err.code, ERR_SERVICE_LIMIT);
	assert_int_equal(store_boot_open(f->store, f->vm.id, uuid, HOUR_MS, &boot, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_refusals_are_capped),
		TEST(test_history_is_capped),
		TEST(test_oldest_boots_make_room),
		TEST(test_new_boots_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
