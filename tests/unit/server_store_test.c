/* The store: what is committed survives, what is not leaves nothing. */
#include "tests/unit/store_fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_private_file), TEST(test_vm_round_trip),          TEST(test_find),
		TEST(test_duplicates),   TEST(test_killed_after_commit),    TEST(test_two_handles),
		TEST(test_parts),        TEST(test_remove_takes_all_of_it), TEST(test_not_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
