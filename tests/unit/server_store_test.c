/* The store and the intake of events: what is committed survives, repeats and gaps, caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "course/intake.h"
#include "store/store.h"

#define BOOT_A "aaaaaaaa-0b0a-0908-0706-050403020100"
#define BOOT_B "bbbbbbbb-0b0a-0908-0706-050403020100"
#define MAC    "52:54:00:00:00:11"

struct fixture {
	char path[64];
	struct store *store;
	struct vm vm;
};

static void add(struct fixture *f, struct vm *vm, const char *name, const char *mac,
		const char *address)
{
	struct err err = ERR_INIT;

	memset(vm, 0, sizeof(*vm));
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	snprintf(vm->mac, sizeof(vm->mac), "%s", mac);
	snprintf(vm->address, sizeof(vm->address), "%s", address);
	snprintf(vm->group, sizeof(vm->group), "shop");
	snprintf(vm->mode, sizeof(vm->mode), "install");
	vm->state = VM_CREATED;
	assert_int_equal(store_vm_add(f->store, vm, "{\"newroot\":1}", "", &err), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/newroot-store-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	assert_int_equal(store_open(&f->store, f->path, true, NULL), 0);
	add(f, &f->vm, "db1", MAC, "10.0.0.1");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {"newroot.db", "newroot.db-wal", "newroot.db-shm"};
	struct fixture *f = *state;
	char path[128];

	store_close(f->store);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", f->path, files[i]);
		unlink(path);
	}
	rmdir(f->path);
	free(f);
	return 0;
}

static void reopen(struct fixture *f)
{
	store_close(f->store);
	assert_int_equal(store_open(&f->store, f->path, false, NULL), 0);
}

/* Heartbeats numbered from `first` to `last`. */
static void heartbeats(struct event_list *list, const char *boot, int64_t first, int64_t last)
{
	memset(list, 0, sizeof(*list));
	strcpy(list->boot, boot);
	list->count = (size_t)(last - first + 1);
	list->item = calloc(list->count, sizeof(*list->item));
	assert_non_null(list->item);
	for (size_t i = 0; i < list->count; i++) {
		list->item[i].seq = first + (int64_t)i;
		list->item[i].type = "heartbeat";
		list->item[i].body = strdup("{}");
	}
}

static int take(struct fixture *f, struct event_list *list, struct intake *result, struct err *err)
{
	int ret;

	assert_int_equal(store_begin(f->store, NULL), 0);
	ret = intake_events(f->store, f->vm.id, list, 1000, result, err);
	if (ret == 0)
		assert_int_equal(store_commit(f->store, NULL), 0);
	else
		store_rollback(f->store);
	events_free(list);
	return ret;
}

static struct intake take_range(struct fixture *f, const char *boot, int64_t first, int64_t last)
{
	struct event_list list;
	struct intake result;

	heartbeats(&list, boot, first, last);
	assert_int_equal(take(f, &list, &result, NULL), 0);
	return result;
}

static int64_t stored(struct fixture *f)
{
	int64_t count = -1;

	assert_int_equal(store_event_count(f->store, f->vm.id, &count, NULL), 0);
	return count;
}

static void test_private_file(void **state)
{
	struct fixture *f = *state;
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/newroot.db-wal", f->path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_vm_round_trip(void **state)
{
	struct fixture *f = *state;
	struct vm vm = f->vm, found;
	char *job;

	vm.state = VM_ERROR;
	vm.before = VM_CONFIGURING;
	strcpy(vm.step, "unpack");
	vm.progress = (struct progress){"https://a/b.tar", 1, 2, 3};
	strcpy(vm.waiting, "db2");
	strcpy(vm.error, "io: x");
	strcpy(vm.again_boot, BOOT_A);
	vm.armed = true;
	strcpy(vm.handed_to, BOOT_B);
	vm.hold = vm.holding = true;
	strcpy(vm.hold_step, "unpack");
	strcpy(vm.lease_by, "one");
	vm.lease_until_ms = 4;
	vm.changed_ms = 5;
	vm.seen_ms = 6;
	assert_int_equal(store_vm_save(f->store, &vm, NULL), 0);
	vm.version = 3; /* added, touched with its group for its error, saved */
	reopen(f);
	assert_int_equal(store_vm_find(f->store, VM_BY_MAC, 0, MAC, &found, NULL), 1);
	assert_memory_equal(&found, &vm, sizeof(vm));
	assert_int_equal(store_vm_job(f->store, vm.id, &job, NULL), 0);
	assert_string_equal(job, "{\"newroot\":1}");
	free(job);
}

static void test_find(void **state)
{
	struct fixture *f = *state;
	struct vm found, other;

	assert_int_equal(store_vm_find(f->store, VM_BY_NAME, 0, "db1", &found, NULL), 1);
	assert_int_equal(store_vm_find(f->store, VM_BY_NAME, 0, "db2", &found, NULL), 0);
	assert_int_equal(store_vm_find(f->store, VM_BY_ADDRESS, 0, "10.0.0.1", &found, NULL), 1);
	assert_int_equal(store_vm_find(f->store, VM_BY_ADDRESS, 0, "", &found, NULL), 0);
	assert_int_equal(store_vm_find(f->store, VM_BY_TOKEN_HASH, 0, "", &found, NULL), 0);
	add(f, &other, "db2", "52:54:00:00:00:12", "");
	assert_int_equal(store_vm_find(f->store, VM_BY_ADDRESS, 0, "", &found, NULL), 0);
	assert_int_equal(store_vm_find(f->store, VM_BY_ID, other.id, NULL, &found, NULL), 1);
	assert_string_equal(found.name, "db2");
}

static void test_duplicates(void **state)
{
	static const struct {
		const char *name, *mac, *address, *where;
	} rows[] = {
		{"db1", "52:54:00:00:00:12", "", "name"},
		{"db2", MAC, "", "mac"},
		{"db2", "52:54:00:00:00:12", "10.0.0.1", "address"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vm vm = {.mode = "install"};
		struct err err = ERR_INIT;

		strcpy(vm.name, rows[i].name);
		strcpy(vm.mac, rows[i].mac);
		strcpy(vm.address, rows[i].address);
		assert_int_equal(store_vm_add(f->store, &vm, "{}", "", &err), -1);
		assert_int_equal(err.code, ERR_SERVICE_VM);
		assert_string_equal(err.where, rows[i].where);
	}
}

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

/* A child commits, says so, and is killed: what it said is there, what it had begun is not. */
static void test_killed_after_commit(void **state)
{
	struct fixture *f = *state;
	int said[2], status;
	char byte;
	pid_t child;

	store_close(f->store);
	assert_int_equal(pipe(said), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct event_list list;
		struct intake result;

		assert_int_equal(store_open(&f->store, f->path, false, NULL), 0);
		take_range(f, BOOT_A, 1, 20);
		assert_int_equal(store_begin(f->store, NULL), 0);
		heartbeats(&list, BOOT_A, 21, 30);
		assert_int_equal(intake_events(f->store, f->vm.id, &list, 1, &result, NULL), 0);
		assert_int_equal(write(said[1], "x", 1), 1);
		for (;;)
			pause();
	}
	assert_int_equal(read(said[0], &byte, 1), 1);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(said[0]);
	close(said[1]);
	assert_int_equal(store_open(&f->store, f->path, false, NULL), 0);
	assert_int_equal(stored(f), 20);
	assert_int_equal(take_range(f, BOOT_A, 15, 25).taken, 25);
	assert_int_equal(stored(f), 25);
}

static void test_two_handles(void **state)
{
	struct fixture *f = *state;
	struct store *reading;
	int64_t count;

	assert_int_equal(store_open(&reading, f->path, false, NULL), 0);
	assert_int_equal(store_begin(f->store, NULL), 0);
	assert_int_equal(store_event_count(reading, f->vm.id, &count, NULL), 0);
	assert_int_equal(store_commit(f->store, NULL), 0);
	take_range(f, BOOT_A, 1, 3);
	assert_int_equal(store_event_count(reading, f->vm.id, &count, NULL), 0);
	assert_int_equal(count, 3);
	store_close(reading);
}

static void test_parts(void **state)
{
	struct fixture *f = *state;
	struct boot boot;

	assert_int_equal(store_begin(f->store, NULL), 0);
	assert_int_equal(store_part_begin(f->store, NULL), 0);
	assert_int_equal(store_boot_open(f->store, f->vm.id, BOOT_A, 1, &boot, NULL), 0);
	assert_int_equal(store_part_end(f->store, false, NULL), 0);
	assert_int_equal(store_part_begin(f->store, NULL), 0);
	assert_int_equal(store_boot_open(f->store, f->vm.id, BOOT_B, 2, &boot, NULL), 0);
	assert_int_equal(store_part_end(f->store, true, NULL), 0);
	assert_int_equal(store_commit(f->store, NULL), 0);
	assert_int_equal(store_boot_open(f->store, f->vm.id, BOOT_A, 9, &boot, NULL), 0);
	assert_int_equal(boot.first_ms, 9);
	assert_int_equal(store_boot_open(f->store, f->vm.id, BOOT_B, 9, &boot, NULL), 0);
	assert_int_equal(boot.first_ms, 2);
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

static void test_remove_takes_all_of_it(void **state)
{
	struct fixture *f = *state;
	struct event_list list;
	struct intake result;
	struct err err = ERR_INIT;

	take_range(f, BOOT_A, 1, 3);
	assert_int_equal(store_vm_remove(f->store, f->vm.id, NULL), 0);
	assert_int_equal(stored(f), 0);
	heartbeats(&list, BOOT_A, 4, 4);
	assert_int_equal(take(f, &list, &result, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_VM);
}

static void test_not_a_store(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct err err = ERR_INIT;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/newroot.db", f->path);
	store_close(f->store);
	f->store = NULL;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("this is no database, and long enough to be told from an empty one", file);
	fclose(file);
	assert_int_equal(store_open(&store, f->path, false, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE_STORE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_private_file),
		TEST(test_vm_round_trip),
		TEST(test_find),
		TEST(test_duplicates),
		TEST(test_repeats_and_gaps),
		TEST(test_state_follows_the_newest_boot),
		TEST(test_refused_transition_is_kept),
		TEST(test_killed_after_commit),
		TEST(test_two_handles),
		TEST(test_parts),
		TEST(test_hold),
		TEST(test_refusals_are_capped),
		TEST(test_history_is_capped),
		TEST(test_oldest_boots_make_room),
		TEST(test_new_boots_are_limited),
		TEST(test_remove_takes_all_of_it),
		TEST(test_not_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
