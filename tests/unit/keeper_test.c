/* The keeper sees what others change in the store, and says so. */
#include "tests/unit/net_fixture.h"

#include <pthread.h>
#include <sys/wait.h>

#include "keeper/keeper.h"

#define PATIENCE_MS 10000

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

static struct keeper *start(struct net_fixture *f, struct watch *watch)
{
	const struct keeper_config config = {
		.data = &f->data,
		.settings = &f->settings,
		.changed = watch ? count_change : NULL,
		.arg = watch,
	};
	struct keeper *keeper;

	assert_int_equal(keeper_start(&keeper, &config, NULL), 0);
	return keeper;
}

static void test_sees_changes(void **state)
{
	struct net_fixture *f = *state;
	struct watch watch = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct keeper *keeper = start(f, &watch);
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
	keeper_stop(keeper);
}

/* Of another process, through its own handle. */
static void test_sees_other_processes(void **state)
{
	struct net_fixture *f = *state;
	struct watch watch = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct keeper *keeper;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct store *store;

		usleep(500000);
		_exit(store_open(&store, f->path, false, NULL) < 0 ||
		      net_add(store, net_vm(2)).id <= 0);
	}
	keeper = start(f, &watch);
	wait_for_more(&watch, 1);
	assert_true(net_has(f->data.entries[DATA_IPXE], "52-54-00-77-00-02.ipxe", TOKEN));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	keeper_stop(keeper);
}

static void test_quiet_without_changes(void **state)
{
	struct net_fixture *f = *state;
	struct watch watch = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct keeper *keeper = start(f, &watch);

	wait_for_more(&watch, 0);
	usleep(700000);
	assert_int_equal(changes_of(&watch), 1);
	keeper_stop(keeper);
	keeper_stop(NULL);
}

static void test_nobody_watches(void **state)
{
	struct net_fixture *f = *state;
	struct keeper *keeper = start(f, NULL);

	keeper_stop(keeper);
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "#"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sees_changes),
		TEST(test_sees_other_processes),
		TEST(test_quiet_without_changes),
		TEST(test_nobody_watches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
