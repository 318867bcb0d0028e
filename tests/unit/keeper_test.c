/* The keeper sees what others change in the store, and archives that come. */
#include "tests/unit/net_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "keeper/keeper.h"
#include "keeper/renewal.h"
#include "keeper/waiting.h"

#define PATIENCE_MS 120000

/* A keeper needs a writer, and that a store of its own. */
struct running {
	struct store *store;
	struct writer *writer;
	struct keeper *keeper;
	struct renewal
		renewal; /* of a folder without certificates: it says so, and the keeper goes on */
};

static void start(struct running *running, struct net_fixture *f)
{
	struct keeper_config config = {
		.data = &f->data,
		.settings = &f->settings,
		.renewal = &running->renewal,
	};

	*running = (struct running){.renewal = {.data = &f->data}};
	assert_int_equal(store_open(&running->store, f->path, false, NULL), 0);
	assert_int_equal(writer_start(&running->writer, running->store, NULL), 0);
	config.writer = running->writer;
	assert_int_equal(keeper_start(&running->keeper, &config, NULL), 0);
}

static void stop(struct running *running)
{
	keeper_stop(running->keeper);
	writer_stop(running->writer);
	writer_free(running->writer);
	store_close(running->store);
}

/* Within the time that a keeper takes on a busy machine. */
static void wait_for(int dir, const char *name, const char *word, bool there)
{
	for (int i = 0; i < PATIENCE_MS / 10 && net_has(dir, name, word) != there; i++)
		usleep(10000);
	assert_int_equal(net_has(dir, name, word), there);
}

static void test_sees_changes(void **state)
{
	struct net_fixture *f = *state;
	struct running running;
	struct vm vm;

	start(&running, f);
	wait_for(f->data.net, DATA_DHCP_HOSTS, "#", true);
	vm = net_add(f->store, net_vm(1));
	wait_for(f->data.net, DATA_DHCP_HOSTS, vm.mac, true);
	wait_for(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", TOKEN, true);
	assert_int_equal(store_vm_remove(f->store, vm.id, NULL), 0);
	wait_for(f->data.net, DATA_DHCP_HOSTS, vm.mac, false);
	wait_for(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", "", false);
	stop(&running);
}

/* Of another process, through its own handle. */
static void test_sees_other_processes(void **state)
{
	struct net_fixture *f = *state;
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
	start(&running, f);
	wait_for(f->data.entries[DATA_IPXE], "52-54-00-77-00-02.ipxe", TOKEN, true);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	stop(&running);
}

/* What stands in the way is gone one day: then it goes on by itself. */
static void test_tries_again(void **state)
{
	struct net_fixture *f = *state;
	struct running running;

	assert_int_equal(mkdirat(f->data.net, DATA_DHCP_HOSTS, 0755), 0);
	net_add(f->store, net_vm(1));
	start(&running, f);
	wait_for(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", TOKEN, true);
	assert_int_equal(unlinkat(f->data.net, DATA_DHCP_HOSTS, AT_REMOVEDIR), 0);
	wait_for(f->data.net, DATA_DHCP_HOSTS, "vm1", true);
	stop(&running);
}

static void test_stops_at_once(void **state)
{
	struct running running;

	start(&running, *state);
	stop(&running);
	keeper_stop(NULL);
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
	start(&running, f);
	for (int i = 0; i < PATIENCE_MS / 10 &&
			(vm_now(f, one.id).state == VM_WAITING || !*vm_now(f, two.id).waiting);
	     i++)
		usleep(10000);
	assert_int_equal(vm_now(f, one.id).state, VM_NEEDS_CREATING);
	assert_int_equal(vm_now(f, two.id).state, VM_WAITING);
	assert_string_equal(vm_now(f, two.id).waiting, "archive t??o? is not there yet");
	assert_int_equal(vm_now(f, broken.id).state, VM_WAITING);
	stop(&running);
	/* Nothing is stored where nothing is new. */
	two = vm_now(f, two.id);
	start(&running, f);
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
		TEST(test_sees_changes),  TEST(test_sees_other_processes), TEST(test_tries_again),
		TEST(test_stops_at_once), TEST(test_waits_for_archives),   TEST(test_many_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
