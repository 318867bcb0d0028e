#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "machine/machine.h"
#include "tests/unit/sysfs_tree.h"

static struct arena arena;
static struct machine machine;

static void probe(const char *tree)
{
	char root[PATH_MAX];
	struct err err = ERR_INIT;

	sysfs_tree_make(root, tree);
	assert_int_equal(machine_probe(&machine, root, &arena, &err), 0);
	sysfs_tree_remove(root);
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* Those that sysfs gives no place come last, by their names. */
static void test_disks_are_in_the_order_of_their_places(void **state)
{
	static const char *const expected[] = {"/dev/vda",  "/dev/sda",     "/dev/nvme0n1",
					       "/dev/sdb",  "/dev/sdz",     "/dev/sdaa",
					       "/dev/xvda", "/dev/nvme2n1", "/dev/nvme10n1"};

	(void)state;
	probe("virtio-scsi-nvme");
	assert_int_equal(machine.disk_count, sizeof(expected) / sizeof(*expected));
	for (size_t i = 0; i < machine.disk_count; i++)
		assert_string_equal(machine.disks[i].path, expected[i]);
}

/* Linux probes buses at the same time: SCSI hosts, virtio devices, NVMe controllers and letters change from boot to boot. */
static void test_order_is_the_same_in_every_boot(void **state)
{
	static const struct {
		const char *location, *counted_path;
	} expected[] = {
		{"pci0000:00/0000:00:02.0/0000:01:00.0/n2", "/dev/nvme0n2"},
		{"pci0000:00/0000:00:02.1/0000:02:00.0/n1", "/dev/nvme1n1"},
		{"pci0000:00/0000:00:05.0/0:2:0", "/dev/sda"},
		{"pci0000:00/0000:00:05.0/0:2:11", "/dev/sdb"},
		{"pci0000:00/0000:00:05.0/0:10:0", "/dev/sdc"},
		{"pci0000:00/0000:00:0a.0", "/dev/vda"},
		{"pci0000:00/0000:00:10.0/end_device:1/0:1:0", "/dev/sdd"},
		{"pci0000:00/0000:00:1f.2/ata2/0:0:0", "/dev/sde"},
		{"vbd-51728", "/dev/xvdb"},
	};
	static const char *const boots[] = {"disks-of-one-boot", "disks-of-another-boot"};

	(void)state;
	for (size_t boot = 0; boot < 2; boot++) {
		probe(boots[boot]);
		assert_int_equal(machine.disk_count, sizeof(expected) / sizeof(*expected));
		for (size_t i = 0; i < machine.disk_count; i++)
			assert_string_equal(machine.disks[i].location, expected[i].location);
		for (size_t i = 0; i < machine.disk_count; i++)
			assert_string_equal(machine.disks[i].counted_path,
					    expected[i].counted_path);
	}
}

static void test_what_identifies_disks(void **state)
{
	static const struct {
		size_t disk;
		const char *serial, *wwn, *model, *driver, *modalias;
		uint64_t size;
		uint32_t sector;
		bool read_only;
	} rows[] = {
		{1, "6000c29f", "naa.6000c29f9cf5ba2b7a0e4d7b8c9d0e1f", "Virtual disk",
		 "vmw_pvscsi", "pci:v000015ADd000007C0sv000015ADsd000007C0bc01sc07i00", 2147483648,
		 512, true},
		{3, "", "", "", "", "", 2147483648, 512, false},
		{0, "system-disk", "", "", "virtio_blk", "virtio:d00000002v00001AF4", 8589934592,
		 512, false},
		{2, "NV1", "eui.00000000000000015254009abc010001", "QEMU NVMe Ctrl", "nvme",
		 "pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02", 4294967296, 4096, false},
	};

	(void)state;
	probe("virtio-scsi-nvme");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct disk *disk = &machine.disks[rows[i].disk];

		assert_string_equal(disk->serial, rows[i].serial);
		assert_string_equal(disk->wwn, rows[i].wwn);
		assert_string_equal(disk->model, rows[i].model);
		assert_string_equal(disk->driver, rows[i].driver);
		assert_string_equal(disk->modalias, rows[i].modalias);
		assert_int_equal(disk->size, rows[i].size);
		assert_int_equal(disk->logical_sector, rows[i].sector);
		assert_int_equal(disk->physical_sector, rows[i].sector);
		assert_int_equal(disk->read_only, rows[i].read_only);
	}
}

static void test_disk_of_the_bios(void **state)
{
	(void)state;
	probe("disks-of-one-boot");
	assert_string_equal(machine.bios_disk.pci, "0000:00:1f.2");
	assert_string_equal(machine.bios_disk.port, "ata2/0:0:0");
	assert_int_equal(machine.bios_disk.sectors, 4194304);
	assert_int_equal(machine.bios_disk.mbr_signature, 0x8badf00d);
	probe("disks-of-another-boot");
	assert_string_equal(machine.bios_disk.pci, "");
	assert_string_equal(machine.bios_disk.port, "");
	assert_int_equal(machine.bios_disk.sectors, 0);
	assert_int_equal(machine.bios_disk.mbr_signature, 0);
}

static void test_nics(void **state)
{
	(void)state;
	probe("virtio-scsi-nvme");
	assert_int_equal(machine.nic_count, 2);
	assert_string_equal(machine.nics[0].name, "eth2");
	assert_string_equal(machine.nics[0].mac, "52:54:00:00:00:02");
	assert_string_equal(machine.nics[0].driver, "vmxnet3");
	assert_string_equal(machine.nics[0].modalias,
			    "pci:v000015ADd000007B0sv000015ADsd000007B0bc02sc00i00");
	assert_true(machine.nics[0].link);
	assert_string_equal(machine.nics[1].name, "eth10");
	assert_false(machine.nics[1].link);
	assert_string_equal(machine.nics[1].modalias, "");
}

/* The slot behind the bridge at 02.0 comes before 03.0, whatever the kernel calls the NICs. */
static void test_nics_in_the_order_of_their_places(void **state)
{
	static const char *const boots[] = {"disks-of-one-boot", "disks-of-another-boot"};

	(void)state;
	for (size_t boot = 0; boot < 2; boot++) {
		probe(boots[boot]);
		assert_int_equal(machine.nic_count, 2);
		assert_string_equal(machine.nics[0].mac, "52:54:00:00:00:0b");
		assert_string_equal(machine.nics[0].location,
				    "pci0000:00/0000:00:02.0/0000:01:02.0");
		assert_string_equal(machine.nics[1].mac, "52:54:00:00:00:0a");
	}
}

static void test_firmware_and_an_empty_machine(void **state)
{
	(void)state;
	probe("virtio-scsi-nvme");
	assert_int_equal(machine.firmware, FIRMWARE_BIOS);
	assert_true(machine.memory > 0);
	probe("uefi-no-disks");
	assert_int_equal(machine.firmware, FIRMWARE_UEFI);
	assert_int_equal(machine.disk_count, 0);
	assert_int_equal(machine.nic_count, 0);
	assert_int_equal(machine.controller_count, 2);
	assert_string_equal(machine.controllers[0].pci, "0000:00:05.0");
	assert_string_equal(machine.controllers[0].driver, "");
	assert_string_equal(machine.controllers[1].pci, "0000:00:1f.2");
	assert_int_equal(machine.controllers[1].vendor, 0x8086);
	assert_int_equal(machine.controllers[1].device, 0x2922);
	assert_string_equal(machine.controllers[1].driver, "ahci");
}

static void test_a_folder_that_is_no_sysfs(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(machine_probe(&machine, "/nonexistent", &arena, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.where, "/nonexistent");
}

/* Unit tests run on an operator's or a builder's machine, which must be refused. */
static void test_a_system_on_disk_is_refused(void **state)
{
	struct err err = ERR_INIT;
	struct statfs root;

	(void)state;
	if (statfs("/", &root) || root.f_type == TMPFS_MAGIC || root.f_type == RAMFS_MAGIC)
		skip();
	assert_int_equal(machine_in_memory("apply", &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.msg, "`newroot apply`"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_disks_are_in_the_order_of_their_places, teardown),
		cmocka_unit_test_teardown(test_order_is_the_same_in_every_boot, teardown),
		cmocka_unit_test_teardown(test_what_identifies_disks, teardown),
		cmocka_unit_test_teardown(test_disk_of_the_bios, teardown),
		cmocka_unit_test_teardown(test_nics, teardown),
		cmocka_unit_test_teardown(test_nics_in_the_order_of_their_places, teardown),
		cmocka_unit_test_teardown(test_firmware_and_an_empty_machine, teardown),
		cmocka_unit_test_teardown(test_a_folder_that_is_no_sysfs, teardown),
		cmocka_unit_test(test_a_system_on_disk_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
