/* What VMs boot from follows the store: what is written, what is left alone, what is removed. */
#include "tests/unit/net_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "net/sync.h"

#define VMS 5000

static struct net *fresh(struct net_fixture *f)
{
	struct net *net;

	assert_int_equal(net_new(&net, &f->data, &f->settings, NULL), 0);
	return net;
}

static struct net_changes sync_now(struct net_fixture *f, struct net *net)
{
	struct net_changes changes;
	struct err err = ERR_INIT;

	if (net_sync(net, f->store, &changes, &err) < 0)
		fail_msg("%s: %s", err.where, err.msg);
	return changes;
}

static bool has_entry(const struct net_fixture *f, const struct vm *vm, const char *word)
{
	char name[24];

	snprintf(name, sizeof(name), "01-%s", vm->mac);
	for (char *p = name; *p; p++)
		if (*p == ':')
			*p = '-';
	return net_has(f->data.entries[DATA_PXELINUX], name, word);
}

static ino_t inode(int dir, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir, name, &st, 0), 0);
	return st.st_ino;
}

static void save_state(struct net_fixture *f, struct vm *vm, enum vm_state state)
{
	vm->state = state;
	assert_int_equal(store_vm_save(f->store, vm, NULL), 0);
}

static void test_first_writes_everything(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm none = net_vm(3), six = net_vm(4);

	none.address[0] = '\0';
	strcpy(six.address, "fd77::4");
	net_add(f->store, net_vm(2));
	net_add(f->store, net_vm(1));
	net_add(f->store, none);
	net_add(f->store, six);
	assert_true(sync_now(f, net).hosts);
	net_assert_file(
		f->data.net, DATA_DHCP_HOSTS,
		"# Written by newroot-server, for dnsmasq's dhcp-hostsfile; it reads this again on SIGHUP.\n"
		"52:54:00:77:00:01,10.77.0.1 # vm1\n52:54:00:77:00:02,10.77.0.2 # vm2\n");
	net_assert_file(
		f->data.net, DATA_DHCPD_HOSTS,
		"# Written by newroot-server, to be included by ISC dhcpd; it reads this when it is started.\n"
		"host vm-525400770001 { hardware ethernet 52:54:00:77:00:01; fixed-address 10.77.0.1; } # vm1\n"
		"host vm-525400770002 { hardware ethernet 52:54:00:77:00:02; fixed-address 10.77.0.2; } # vm2\n");
	assert_true(has_entry(f, &none, "newroot.mode=install"));
	assert_true(net_has(f->data.entries[DATA_PXELINUX], "default", "newroot.mode=wait"));
	assert_false(sync_now(f, net).hosts);
	net_free(net);
}

static void test_empty_store(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);

	assert_true(sync_now(f, net).hosts);
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "#"));
	assert_true(net_has(f->data.entries[DATA_IPXE], "start.ipxe", "chain"));
	net_free(net);
}

static void test_follows_the_state(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm vm = net_add(f->store, net_vm(1));
	ino_t hosts;

	sync_now(f, net);
	hosts = inode(f->data.net, DATA_DHCP_HOSTS);
	save_state(f, &vm, VM_NEEDS_PROVISIONING);
	assert_false(sync_now(f, net).hosts);
	assert_true(has_entry(f, &vm, "LOCALBOOT"));
	save_state(f, &vm, VM_CREATED);
	sync_now(f, net);
	assert_true(has_entry(f, &vm, TOKEN));
	strcpy(vm.mode, "rescue");
	assert_int_equal(store_vm_save_boot(f->store, &vm, NULL), 0);
	sync_now(f, net);
	assert_true(has_entry(f, &vm, "newroot.mode=rescue"));
	assert_int_equal(inode(f->data.net, DATA_DHCP_HOSTS), hosts);
	net_free(net);
}

/* Progress changes a VM every second, and nothing that it boots from. */
static void test_progress_costs_no_file(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm vm = net_add(f->store, net_vm(1));

	sync_now(f, net);
	assert_int_equal(unlinkat(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", 0), 0);
	vm.progress.done++;
	assert_int_equal(store_vm_save(f->store, &vm, NULL), 0);
	sync_now(f, net);
	assert_false(has_entry(f, &vm, ""));
	net_free(net);
	/* Whoever begins anew finds what is missing. */
	net = fresh(f);
	sync_now(f, net);
	assert_true(has_entry(f, &vm, TOKEN));
	net_free(net);
}

static void test_what_is_right_is_not_written(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	ino_t entry, hosts;

	net_add(f->store, net_vm(1));
	sync_now(f, net);
	entry = inode(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01");
	hosts = inode(f->data.net, DATA_DHCP_HOSTS);
	net_free(net);
	net = fresh(f);
	assert_false(sync_now(f, net).hosts);
	assert_int_equal(inode(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01"), entry);
	assert_int_equal(inode(f->data.net, DATA_DHCP_HOSTS), hosts);
	net_free(net);
}

/* As a command does it: nothing but what changes from now on. */
static void test_one_change(void **state)
{
	struct net_fixture *f = *state;
	struct vm one = net_add(f->store, net_vm(1)), two = net_vm(2);
	struct net *net = fresh(f);

	assert_int_equal(net_assume(net, f->store, NULL), 0);
	assert_false(sync_now(f, net).hosts);
	two = net_add(f->store, two);
	assert_true(sync_now(f, net).hosts);
	assert_false(has_entry(f, &one, ""));
	assert_true(has_entry(f, &two, TOKEN));
	/* The hosts' file is always whole. */
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "# vm1\n"));
	assert_int_equal(store_vm_remove(f->store, two.id, NULL), 0);
	assert_true(sync_now(f, net).hosts);
	assert_false(has_entry(f, &two, ""));
	assert_false(net_has(f->data.net, DATA_DHCP_HOSTS, "vm2"));
	net_free(net);
}

/* There are as many VMs as before, whichever was removed. */
static void test_removed_and_added(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm before = net_add(f->store, net_vm(1)), now;

	net_add(f->store, net_vm(2));
	sync_now(f, net);
	for (int i = 3; i < 6; i++) {
		assert_int_equal(store_vm_remove(f->store, before.id, NULL), 0);
		now = net_add(f->store, net_vm(i));
		assert_true(sync_now(f, net).hosts);
		assert_false(has_entry(f, &before, ""));
		assert_true(has_entry(f, &now, TOKEN));
		before = now;
	}
	net_free(net);
}

static void test_the_only_one_is_another(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm one = net_add(f->store, net_vm(1)), two;

	sync_now(f, net);
	assert_int_equal(store_vm_remove(f->store, one.id, NULL), 0);
	two = net_add(f->store, net_vm(2));
	assert_true(sync_now(f, net).hosts);
	assert_false(has_entry(f, &one, ""));
	assert_true(has_entry(f, &two, TOKEN));
	net_free(net);
}

static void test_other_mac(void **state)
{
	struct net_fixture *f = *state;
	struct vm vm = net_add(f->store, net_vm(1)), before = vm;
	struct net *net = fresh(f);

	sync_now(f, net);
	strcpy(vm.mac, "52:54:00:77:00:99");
	assert_int_equal(store_vm_save_import(f->store, &vm, "{}", "", NULL), 0);
	assert_true(sync_now(f, net).hosts);
	assert_false(has_entry(f, &before, ""));
	assert_true(has_entry(f, &vm, TOKEN));
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "52:54:00:77:00:99,10.77.0.1 "));
	assert_false(net_has(f->data.net, DATA_DHCP_HOSTS, before.mac));
	net_free(net);
}

static void test_failure_is_tried_again(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm one = net_vm(1), two = net_vm(2);
	struct err err = ERR_INIT;

	/* In the place of an entry and of the hosts' file: folders, which nothing can be renamed onto. */
	sync_now(f, net);
	assert_int_equal(unlinkat(f->data.net, DATA_DHCP_HOSTS, 0), 0);
	assert_int_equal(mkdirat(f->data.net, DATA_DHCP_HOSTS, 0755), 0);
	assert_int_equal(mkdirat(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", 0755), 0);
	net_add(f->store, one);
	net_add(f->store, two);
	assert_int_equal(net_sync(net, f->store, NULL, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	/* The others have theirs all the same. */
	assert_true(has_entry(f, &two, TOKEN));
	assert_int_equal(
		unlinkat(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", AT_REMOVEDIR), 0);
	assert_int_equal(net_sync(net, f->store, NULL, &err), -1);
	assert_true(has_entry(f, &one, TOKEN));
	assert_int_equal(unlinkat(f->data.net, DATA_DHCP_HOSTS, AT_REMOVEDIR), 0);
	assert_true(sync_now(f, net).hosts);
	assert_true(net_has(f->data.net, DATA_DHCP_HOSTS, "vm1\n"));
	net_free(net);
}

/* What a VM's old MAC boots is removed by the next pass, when this one could not. */
static void test_failed_removal_is_tried_again(void **state)
{
	static const char old[] = "01-52-54-00-77-00-01";
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm vm = net_add(f->store, net_vm(1));
	const int dir = f->data.entries[DATA_PXELINUX];

	sync_now(f, net);
	assert_int_equal(unlinkat(dir, old, 0), 0);
	assert_int_equal(mkdirat(dir, old, 0755), 0);
	strcpy(vm.mac, "52:54:00:77:00:99");
	assert_int_equal(store_vm_save_import(f->store, &vm, "{}", "", NULL), 0);
	assert_int_equal(net_sync(net, f->store, NULL, NULL), -1);
	assert_int_equal(unlinkat(dir, old, AT_REMOVEDIR), 0);
	assert_int_equal(file_write(dir, old, "old", 3, 0644, NULL), 0);
	assert_true(sync_now(f, net).hosts);
	assert_int_equal(faccessat(dir, old, F_OK, 0), -1);
	net_free(net);
}

static volatile sig_atomic_t hangups;

static void count_hangup(int sig)
{
	(void)sig;
	hangups++;
}

static void write_pid(struct net_fixture *f, const char *text)
{
	assert_int_equal(file_write(f->data.net, DATA_DNSMASQ_PID, text, strlen(text), 0644, NULL),
			 0);
}

/* Only a process that calls itself dnsmasq is told. */
static void test_tells_dnsmasq(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	char pid[32], name[17];

	signal(SIGHUP, count_hangup);
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	write_pid(f, pid);
	assert_false(sync_now(f, net).reloaded);
	assert_int_equal(hangups, 0);
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_int_equal(prctl(PR_SET_NAME, "dnsmasq"), 0);
	net_add(f->store, net_vm(1));
	assert_true(sync_now(f, net).reloaded);
	assert_int_equal(hangups, 1);
	assert_false(sync_now(f, net).reloaded);
	assert_int_equal(hangups, 1);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	signal(SIGHUP, SIG_DFL);
	net_free(net);
}

static void test_bad_pid_files(void **state)
{
	static const char *const bad[] = {"",    "x",     "-1\n",       "1\n",
					  "0\n", "12x\n", "99999999\n", " 5"};
	struct net_fixture *f = *state;
	struct net *net = fresh(f);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_pid(f, bad[i]);
		net_add(f->store, net_vm((int)i + 1));
		assert_false(sync_now(f, net).reloaded);
	}
	net_free(net);
}

static int64_t cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A group of the largest size: a change of one VM must not cost a look at all of them. */
static void test_many(void **state)
{
	struct net_fixture *f = *state;
	struct net *net = fresh(f);
	struct vm vm;
	int64_t start;

	assert_int_equal(store_begin(f->store, NULL), 0);
	for (int i = 1; i <= VMS; i++) {
		vm = net_vm(i);
		assert_int_equal(store_vm_add(f->store, &vm, "{}", "", NULL), 0);
	}
	assert_int_equal(store_commit(f->store, NULL), 0);
	start = cpu_ms();
	sync_now(f, net);
	print_message("%d VMs: first %d ms", VMS, (int)(cpu_ms() - start));
	start = cpu_ms();
	for (int i = 0; i < 100; i++) {
		vm.progress.done++;
		assert_int_equal(store_vm_save(f->store, &vm, NULL), 0);
		sync_now(f, net);
	}
	print_message(", then %d ms for 100 changes\n", (int)(cpu_ms() - start));
	assert_true(cpu_ms() - start < 5000);
	net_free(net);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_writes_everything),
		TEST(test_empty_store),
		TEST(test_follows_the_state),
		TEST(test_progress_costs_no_file),
		TEST(test_what_is_right_is_not_written),
		TEST(test_one_change),
		TEST(test_removed_and_added),
		TEST(test_the_only_one_is_another),
		TEST(test_other_mac),
		TEST(test_failure_is_tried_again),
		TEST(test_failed_removal_is_tried_again),
		TEST(test_tells_dnsmasq),
		TEST(test_bad_pid_files),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
