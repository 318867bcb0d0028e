/* The keeper sees what others change in the store, and says so. */
#include "tests/unit/net_fixture.h"

#include <pthread.h>
#include <sys/wait.h>

#include "keeper/keeper.h"
#include "keeper/waiting.h"

#define PATIENCE_MS 10000

/* A keeper needs a writer, and that a store of its own. */
struct running {
	struct store *store;
	struct writer *writer;
	struct keeper *keeper;
};

struct watch {
	pthread_mutex_t lock;
	int changes;
};

static void count_change(void *arg)
{
	struct watch *watch = arg;

	pthread_mutex_lock(&watch->lock);
	watch->changes++;
	pthread_mutex_unlock(&watch->lock);
}

static int changes_of(struct watch *watch)
{
	int changes;

	pthread_mutex_lock(&watch->lock);
	changes = watch->changes;
	pthread_mutex_unlock(&watch->lock);
	return changes;
}

static void wait_for_more(struct watch *watch, int than)
{
	for (int i = 0; i < PATIENCE_MS / 10 && changes_of(watch) <= than; i++)
		usleep(10000);
	assert_true(changes_of(watch) > than);
}

static struct running start(struct net_fixture *f, struct watch *watch)
{
	struct running running;
	struct keeper_config config = {
		.data = &f->data,
		.settings = &f->settings,
		.changed = watch ? count_change : NULL,
		.arg = watch,
	};

	assert_int_equal(store_open(&running.store, f->path, false, NULL), 0);
	assert_int_equal(writer_start(&running.writer, running.store, NULL), 0);
	config.writer = running.writer;
	assert_int_equal(keeper_start(&running.keeper, &config, NULL), 0);
	return running;
}

static void stop(struct running *running)
{
	keeper_stop(running->keeper);
	writer_stop(running->writer);
	writer_free(running->writer);
	store_close(running->store);
}

static void test_sees_changes(void **state)
{
	struct net_fixture *f = *state;
	struct watch watch = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct running running = start(f, &watch);
	struct vm vm;
	int before;

	wait_for_more(&watch, 0);
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "#"));
	vm = net_add(f->store, net_vm(1));
	wait_for_more(&watch, 1);
	assert_true(net_has(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", TOKEN));
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, vm.mac));
	before = changes_of(&watch);
	assert_int_equal(store_vm_remove(f->store, vm.id, NULL), 0);
	wait_for_more(&watch, before);
	assert_false(net_has(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", ""));
	stop(&running);
}

/* Of another process, through its own handle. */
static void test_sees_other_processes(void **state)
{
	struct net_fixture *f = *state;
	struct watch watch = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct running running;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct store *store;

		usleep(500000);
		_exit(store_open(&store, f->path, false, NULL) < 0 ||
		      net_add(store, net_vm(2)).id <= 0);
	}
	running = start(f, &watch);
	wait_for_more(&watch, 1);
	assert_true(net_has(f->data.entries[DATA_IPXE], "52-54-00-77-00-02.ipxe", TOKEN));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	stop(&running);
}

static void test_quiet_without_changes(void **state)
{
	struct net_fixture *f = *state;
	struct watch watch = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct running running = start(f, &watch);

	wait_for_more(&watch, 0);
	usleep(700000);
	assert_int_equal(changes_of(&watch), 1);
	stop(&running);
	keeper_stop(NULL);
}

static void test_nobody_watches(void **state)
{
	struct net_fixture *f = *state;
	struct running running = start(f, NULL);

	stop(&running);
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "#"));
}

static struct vm vm_now(struct net_fixture *f, int64_t id)
{
	struct vm vm;

	assert_int_equal(store_vm_find(f->store, VM_BY_ID, id, NULL, &vm, NULL), 1);
	return vm;
}

static struct vm add_waiting(struct net_fixture *f, int n, const char *job)
{
	struct vm vm = net_vm(n);

	vm.state = VM_WAITING;
	assert_int_equal(store_begin(f->store, NULL), 0);
	assert_int_equal(store_vm_add(f->store, &vm, job, "", NULL), 0);
	assert_int_equal(store_commit(f->store, NULL), 0);
	return vm;
}

#define JOB_OF(path)                                                                               \
	"{\"archives\":[{\"to\":\"/\",\"url\":\"https://10.77.0.1:8443/v1/archives/" path "\"}]}"

static void test_waits_for_archives(void **state)
{
	struct net_fixture *f = *state;
	struct vm one = add_waiting(f, 1, JOB_OF("one.tar")),
		  two = add_waiting(f, 2, JOB_OF("t%c3%a4o%01"));
	struct vm broken = add_waiting(f, 3, "{");
	struct running running;

	assert_int_equal(file_write(f->data.archives, "one.tar", "x", 1, 0600, NULL), 0);
	running = start(f, NULL);
	for (int i = 0; i < PATIENCE_MS / 10 && vm_now(f, one.id).state == VM_WAITING; i++)
		usleep(10000);
	assert_int_equal(vm_now(f, one.id).state, VM_NEEDS_CREATING);
	assert_int_equal(vm_now(f, two.id).state, VM_WAITING);
	assert_string_equal(vm_now(f, two.id).waiting, "archive t??o? is not there yet");
	assert_int_equal(vm_now(f, broken.id).state, VM_WAITING);
	stop(&running);
	/* Nothing is stored where nothing is new. */
	two = vm_now(f, two.id);
	running = start(f, NULL);
	usleep(500000);
	assert_int_equal(vm_now(f, two.id).version, two.version);
	stop(&running);
}

/* All have their turn, however many there are. */
static void test_many_wait(void **state)
{
	struct net_fixture *f = *state;
	struct waiting waiting = {.store = f->store, .data = &f->data, .url = f->settings.url};
	struct store *writing;
	struct vm last;

	assert_int_equal(file_write(f->data.archives, "last.tar", "x", 1, 0600, NULL), 0);
	assert_int_equal(store_open(&writing, f->path, false, NULL), 0);
	assert_int_equal(writer_start(&waiting.writer, writing, NULL), 0);
	assert_int_equal(store_begin(f->store, NULL), 0);
	for (int i = 1; i <= KEEPER_ARCHIVES_MAX + 1; i++) {
		last = net_vm(i);
		last.state = VM_WAITING;
		/* In the order of names, the last one of all. */
		if (i > KEEPER_ARCHIVES_MAX)
			strcpy(last.name, "zzz");
		assert_int_equal(store_vm_add(f->store, &last,
					      i > KEEPER_ARCHIVES_MAX ? JOB_OF("last.tar")
								      : JOB_OF("none.tar"),
					      "", NULL),
				 0);
	}
	assert_int_equal(store_commit(f->store, NULL), 0);
	assert_int_equal(waiting_look(&waiting, NULL), 0);
	assert_int_equal(vm_now(f, last.id).state, VM_WAITING);
	assert_int_equal(waiting_look(&waiting, NULL), 0);
	assert_int_equal(vm_now(f, last.id).state, VM_NEEDS_CREATING);
	writer_stop(waiting.writer);
	writer_free(waiting.writer);
	store_close(writing);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sees_changes),          TEST(test_sees_other_processes),
		TEST(test_quiet_without_changes), TEST(test_nobody_watches),
		TEST(test_waits_for_archives),    TEST(test_many_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
