/* Boot entries: golden files of each loader, who boots what, what is pruned. */
#include "tests/unit/net_fixture.h"

#include <fcntl.h>

#include "net/boot_entries.h"

static void assert_golden(int dir, const char *name, const char *golden)
{
	char *text = net_read(dir, name);

	assert_non_null(text);
	net_compare_golden(text, golden);
	free(text);
}

static void write_vm(struct net_fixture *f, const struct vm *vm)
{
	assert_int_equal(boot_entries_write(&f->data, &f->settings, vm, NULL, NULL), 0);
}

static void test_golden(void **state)
{
	struct net_fixture *f = *state;
	struct vm vm = net_vm(17);

	strcpy(vm.parameters, "quiet");
	write_vm(f, &vm);
	assert_golden(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-11", "pxelinux-network");
	assert_golden(f->data.entries[DATA_IPXE], "52-54-00-77-00-11.ipxe", "ipxe-network");
	assert_golden(f->data.entries[DATA_GRUB], "grub.cfg-01-52-54-00-77-00-11", "grub-network");
	vm.state = VM_COMPLETE;
	write_vm(f, &vm);
	assert_golden(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-11", "pxelinux-disk");
	assert_golden(f->data.entries[DATA_IPXE], "52-54-00-77-00-11.ipxe", "ipxe-disk");
	assert_golden(f->data.entries[DATA_GRUB], "grub.cfg-01-52-54-00-77-00-11", "grub-disk");
	assert_int_equal(boot_entries_write_unknown(&f->data, &f->settings, NULL), 0);
	assert_golden(f->data.entries[DATA_PXELINUX], "default", "pxelinux-unknown");
	assert_golden(f->data.entries[DATA_IPXE], "default.ipxe", "ipxe-unknown");
	assert_golden(f->data.entries[DATA_IPXE], "start.ipxe", "ipxe-start");
	assert_golden(f->data.entries[DATA_GRUB], "grub.cfg", "grub-unknown");
}

/* GRUB's own parser reads what is written for it. */
static void test_grub_syntax(void **state)
{
	(void)state;
	assert_int_equal(system("for file in " NET_GOLDEN
				"grub-*; do grub-script-check $file || exit 1; done"),
			 0);
}

static void test_who_boots_what(void **state)
{
	static const struct {
		enum vm_state state, before;
		const char *mode;
		bool disk;
	} rows[] = {
		{VM_WAITING, VM_WAITING, "install", true},
		{VM_NEEDS_CREATING, VM_WAITING, "install", false},
		{VM_CREATED, VM_WAITING, "install", false},
		{VM_CONFIGURING, VM_WAITING, "install", false},
		{VM_NEEDS_PROVISIONING, VM_WAITING, "install", true},
		{VM_PROVISIONING, VM_WAITING, "install", true},
		{VM_FIRST_BOOT, VM_WAITING, "install", true},
		{VM_COMPLETE, VM_WAITING, "install", true},
		{VM_CUT_OVER, VM_WAITING, "install", true},
		{VM_ERROR, VM_CONFIGURING, "install", false},
		{VM_ERROR, VM_FIRST_BOOT, "install", true},
		{VM_CANCELLED, VM_CONFIGURING, "install", true},
		{VM_COMPLETE, VM_WAITING, "rescue", false},
		{VM_COMPLETE, VM_WAITING, "plan", false},
		{VM_COMPLETE, VM_WAITING, "wait", false},
	};
	struct net_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vm vm = net_vm(1);

		vm.state = rows[i].state;
		vm.before = rows[i].before;
		strcpy(vm.mode, rows[i].mode);
		write_vm(f, &vm);
		assert_int_equal(net_has(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01",
					 "LOCALBOOT"),
				 rows[i].disk);
		/* Who boots its disk has no use for a token. */
		for (int loader = 0; loader < DATA_LOADERS; loader++) {
			static const char *const names[] = {"01-52-54-00-77-00-01",
							    "52-54-00-77-00-01.ipxe",
							    "grub.cfg-01-52-54-00-77-00-01"};

			assert_int_equal(net_has(f->data.entries[loader], names[loader], TOKEN),
					 !rows[i].disk);
		}
	}
}

static void test_longest_words(void **state)
{
	struct net_fixture *f = *state;
	struct vm vm = net_vm(1);

	memset(vm.parameters, 'v', BOOT_PARAMETERS_MAX);
	memset(f->settings.parameters, 's', BOOT_PARAMETERS_MAX);
	vm.parameters[BOOT_PARAMETERS_MAX - 1] = 'E';
	write_vm(f, &vm);
	assert_true(net_has(f->data.entries[DATA_PXELINUX], "01-52-54-00-77-00-01", "vE\n"));
}

static void test_made(void **state)
{
	struct net_fixture *f = *state;
	struct vm vm = net_vm(1);
	bool made;

	assert_int_equal(boot_entries_write(&f->data, &f->settings, &vm, &made, NULL), 0);
	assert_true(made);
	assert_int_equal(boot_entries_write(&f->data, &f->settings, &vm, &made, NULL), 0);
	assert_false(made);
}

static bool is_one(const void *arg, const char *mac)
{
	return !strcmp(arg, mac);
}

static void put(int dir, const char *name)
{
	assert_int_equal(file_write(dir, name, "x", 1, 0644, NULL), 0);
}

static void test_prune(void **state)
{
	static const char *const stays[] = {"default", "01-52-54-00-77-00-0g",
					    "01-52-54-00-77-00-011", "notes.new"};
	struct net_fixture *f = *state;
	int pxelinux = f->data.entries[DATA_PXELINUX], ipxe = f->data.entries[DATA_IPXE];

	for (int i = 1; i <= 2; i++) {
		const struct vm vm = net_vm(i);

		write_vm(f, &vm);
	}
	for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++)
		put(pxelinux, stays[i]);
	put(pxelinux, "01-52-54-00-77-00-01.new");
	put(ipxe, "start.ipxe");
	assert_int_equal(boot_entries_prune(&f->data, is_one, "52:54:00:77:00:01", NULL), 0);
	assert_true(net_has(pxelinux, "01-52-54-00-77-00-01", ""));
	assert_true(net_has(ipxe, "52-54-00-77-00-01.ipxe", ""));
	assert_true(net_has(ipxe, "start.ipxe", "x"));
	for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++)
		assert_true(net_has(pxelinux, stays[i], "x"));
	assert_false(net_has(pxelinux, "01-52-54-00-77-00-01.new", ""));
	assert_false(net_has(pxelinux, "01-52-54-00-77-00-02", ""));
	assert_false(net_has(ipxe, "52-54-00-77-00-02.ipxe", ""));
	assert_false(net_has(f->data.entries[DATA_GRUB], "grub.cfg-01-52-54-00-77-00-02", ""));
}

static void test_modes(void **state)
{
	(void)state;
	assert_int_equal(boot_mode_check("rescue", NULL), 0);
	assert_int_equal(boot_mode_check("", NULL), -1);
	assert_int_equal(boot_mode_check("install wait", NULL), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_golden), TEST(test_grub_syntax),   TEST(test_who_boots_what),
		TEST(test_made),   TEST(test_longest_words), TEST(test_prune),
		TEST(test_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
