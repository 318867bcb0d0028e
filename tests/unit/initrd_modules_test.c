/* Which modules the slim initrd gets: by hardware, by need, by list; and what is said of those that are missing. */
#include "steps/initrd_modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static char notes[2048];

static void note(const char *text)
{
	strcat(strcat(notes, text), "\n");
}

/* A kernel with everything a VM's controllers need, as modules. */
static const char all_modules[] =
	"k/vmw_pvscsi.ko: k/scsi_mod.ko\nk/scsi_mod.ko:\nk/sd_mod.ko: k/scsi_mod.ko\nk/mptspi.ko:\n"
	"k/mptsas.ko:\nk/virtio_pci.ko: k/virtio.ko\nk/virtio.ko:\nk/virtio_blk.ko: k/virtio.ko\n"
	"k/virtio_scsi.ko: k/virtio.ko\nk/ahci.ko:\nk/ata_piix.ko:\nk/nvme.ko:\nk/xen-blkfront.ko:\n"
	"k/hv_storvsc.ko:\nk/dm-mod.ko:\nk/dm-snapshot.ko:\nk/dm-mirror.ko:\nk/dm-zero.ko:\n"
	"k/dm-thin-pool.ko:\nk/crc32c_generic.ko:\nk/crc32c-intel.ko:\nk/xfs.ko:\nk/ext4.ko:\n"
	"k/odd_raid.ko:\nk/extra.ko:\nk/vmxnet3.ko:\nk/e1000.ko:\n";
static const char aliases[] = "alias pci:v000015ADd000007C0sv*sd*bc*sc*i* vmw_pvscsi\n"
			      "alias pci:v0000ABCDd* odd_raid\n"
			      "alias pci:v000015ADd000007B0sv* vmxnet3\n";

struct scene {
	struct disk disk;
	struct plan_disk plan_disk;
	struct plan_fs root;
	struct job job;
	struct machine machine;
	struct plan plan;
	struct modules modules;
	struct module_order order;
};

static void set_scene(struct scene *s, const char *name, const char *driver, const char *modalias,
		      enum fs_type root, const char *dep)
{
	*s = (struct scene){
		.disk = {.name = name, .path = "/dev/disk", .driver = driver, .modalias = modalias},
		.root = {.mount = "/", .type = root},
		.modules = {.arena = &arena, .config = ""},
	};
	s->plan_disk.disk = &s->disk;
	s->plan = (struct plan){.job = &s->job,
				.disks = &s->plan_disk,
				.disk_count = 1,
				.filesystems = &s->root,
				.fs_count = 1,
				.vg = "local"};
	*notes = '\0';
	assert_int_equal(modules_parse_dep(&s->modules, arena_strdup(&arena, dep), NULL), 0);
	modules_parse_alias(&s->modules, arena_strdup(&arena, aliases));
	module_order_init(&s->order, &s->modules);
}

static int choose(struct scene *s, struct err *err)
{
	return initrd_modules_choose(&s->order, &s->modules, &s->plan, &s->machine, note, err);
}

static bool has(const struct scene *s, const char *name)
{
	for (size_t i = 0; i < s->order.count; i++)
		if (!strcmp(s->order.item[i]->name, name))
			return true;
	return false;
}

static void hardware_decides(void **state)
{
	static const struct {
		const char *name, *driver, *modalias, *wanted;
	} rows[] = {
		{"sda", "vmw_pvscsi", "pci:v000015ADd000007C0sv0sd0bc01sc07i00", "vmw_pvscsi"},
		{"sda", "", "pci:v0000ABCDd00000001sv0sd0bc01sc00i00", "odd_raid"},
		{"sda", "odd_raid", "", "odd_raid"},
		{"vda", "virtio_blk", "virtio:d00000002v00001AF4", "virtio_pci"},
		{"nvme0n1", "nvme", "pci:unknown", "nvme"},
		{"xvda", "vbd", "", "xen_blkfront"},
	};
	struct err err = ERR_INIT;
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		set_scene(&s, rows[i].name, rows[i].driver, rows[i].modalias, FS_XFS, all_modules);
		assert_int_equal(choose(&s, &err), 0);
		assert_true(has(&s, rows[i].wanted));
		assert_true(has(&s, "xfs") && has(&s, "dm_mod") && has(&s, "hv_storvsc"));
		assert_false(has(&s, "ext4") || has(&s, "extra"));
		assert_string_equal(notes, "");
	}
}

static void the_root_filesystem_decides(void **state)
{
	struct err err = ERR_INIT;
	struct scene s;

	(void)state;
	/* ext4 serves ext3 where there is no ext3 any more. */
	set_scene(&s, "vda", "virtio_blk", "", FS_EXT3, all_modules);
	assert_int_equal(choose(&s, &err), 0);
	assert_true(has(&s, "ext4"));
	assert_false(has(&s, "xfs"));
	set_scene(&s, "vda", "virtio_blk", "", FS_EXT3,
		  "k/ext3.ko:\nk/dm_mod.ko:\nk/virtio_pci.ko:\nk/virtio_blk.ko:\n");
	assert_int_equal(choose(&s, &err), 0);
	assert_true(has(&s, "ext3"));
}

static void needed_and_missing_is_an_error(void **state)
{
	static const struct {
		const char *name, *driver, *dep, *missing;
	} rows[] = {
		{"vda", "virtio_blk", "k/dm_mod.ko:\nk/xfs.ko:\nk/virtio_pci.ko:\n", "virtio_blk"},
		{"vda", "virtio_blk", "k/dm_mod.ko:\nk/xfs.ko:\nk/virtio_blk.ko:\n", "virtio_pci"},
		{"sda", "ahci", "k/dm_mod.ko:\nk/xfs.ko:\nk/ahci.ko:\n", "sd_mod"},
		{"sda", "ahci", "k/xfs.ko:\nk/ahci.ko:\nk/sd_mod.ko:\n", "dm_mod"},
		{"sda", "ahci", "k/dm_mod.ko:\nk/ahci.ko:\nk/sd_mod.ko:\n", "xfs"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;
		struct scene s;

		set_scene(&s, rows[i].name, rows[i].driver, "", FS_XFS, rows[i].dep);
		assert_int_equal(modules_parse_builtin(&s.modules, arena_strdup(&arena, ""), NULL),
				 0);
		assert_int_equal(choose(&s, &err), -1);
		print_message("%s\n", err.msg);
		assert_int_equal(err.code, ERR_INITRD);
		assert_string_equal(err.where, rows[i].missing);
		/* The same is no error when it is built in, or when nothing tells. */
		set_scene(&s, rows[i].name, rows[i].driver, "", FS_XFS, rows[i].dep);
		assert_int_equal(modules_parse_builtin(
					 &s.modules,
					 arena_printf(&arena, "k/%s.ko\n", rows[i].missing), NULL),
				 0);
		assert_int_equal(choose(&s, &err), 0);
		set_scene(&s, rows[i].name, rows[i].driver, "", FS_XFS, rows[i].dep);
		assert_int_equal(choose(&s, &err), 0);
		assert_non_null(strstr(notes, rows[i].missing));
	}
}

static void listed_and_missing_is_a_note(void **state)
{
	struct err err = ERR_INIT;
	struct scene s;

	(void)state;
	set_scene(&s, "sda", "ahci", "", FS_XFS,
		  "k/dm_mod.ko:\nk/xfs.ko:\nk/ahci.ko:\nk/sd_mod.ko:\n");
	assert_int_equal(
		modules_parse_builtin(&s.modules, arena_strdup(&arena, "k/virtio_pci.ko\n"), NULL),
		0);
	assert_int_equal(choose(&s, &err), 0);
	assert_non_null(strstr(notes, " vmw_pvscsi"));
	assert_null(strstr(notes, " virtio_pci"));
	assert_null(strstr(notes, " ahci"));
}

static void the_job_may_ask_for_more(void **state)
{
	const char *wanted[] = {"extra"}, *absent[] = {"gone"};
	struct err err = ERR_INIT;
	struct scene s;

	(void)state;
	set_scene(&s, "vda", "virtio_blk", "", FS_XFS, all_modules);
	s.job.kernel.modules = (struct strings){wanted, 1};
	assert_int_equal(choose(&s, &err), 0);
	assert_true(has(&s, "extra"));
	set_scene(&s, "vda", "virtio_blk", "", FS_XFS, all_modules);
	modules_parse_builtin(&s.modules, arena_strdup(&arena, ""), NULL);
	s.job.kernel.modules = (struct strings){absent, 1};
	assert_int_equal(choose(&s, &err), -1);
	assert_string_equal(err.where, "gone");
}

/* Else it is one of the list: a kernel without it boots, but not with volumes that have one. */
static void a_snapshot_needs_its_module(void **state)
{
	static const char dep[] = "k/dm_mod.ko:\nk/xfs.ko:\nk/ahci.ko:\nk/sd_mod.ko:\n";
	struct plan_lv lv = {.snapshot = "data.installed"};
	struct err err = ERR_INIT;
	struct scene s;

	(void)state;
	for (size_t snapshots = 0; snapshots <= 1; snapshots++) {
		set_scene(&s, "sda", "ahci", "", FS_XFS, dep);
		modules_parse_builtin(&s.modules, arena_strdup(&arena, ""), NULL);
		s.plan.lvs = &lv;
		s.plan.lv_count = snapshots;
		assert_int_equal(choose(&s, &err), snapshots ? -1 : 0);
	}
	assert_int_equal(err.code, ERR_INITRD);
	assert_string_equal(err.where, "dm_snapshot");
	assert_non_null(strstr(err.msg, "which a snapshot of the job needs"));
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* The initrd names NICs when the job ties a name of the kernel's to a MAC; else udev loads their drivers. */
static void nics_that_are_named_there(void **state)
{
	static struct nic nics[] = {
		{.name = "eth0",
		 .driver = "vmxnet3",
		 .modalias = "pci:v000015ADd000007B0sv000015ADsd000007B0bc02sc00i00"},
		{.name = "eth1", .driver = "e1000", .modalias = ""},
	};
	static const struct {
		const char *name, *mac;
		bool wanted;
	} rows[] = {
		{"eth0", "52:54:00:00:00:02", true},
		{"eth0", NULL, false},
		{"lan0", "52:54:00:00:00:02", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct job_interface interface = {.name = rows[i].name, .mac = rows[i].mac};
		struct err err = ERR_INIT;
		struct scene s;

		set_scene(&s, "vda", "virtio_blk", "", FS_XFS, all_modules);
		s.machine = (struct machine){.nics = nics, .nic_count = 2};
		s.job.network =
			(struct job_network){.interfaces = &interface, .interface_count = 1};
		assert_int_equal(choose(&s, &err), 0);
		assert_int_equal(has(&s, "vmxnet3"), rows[i].wanted);
		assert_int_equal(has(&s, "e1000"), rows[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nics_that_are_named_there, teardown),
		cmocka_unit_test_teardown(hardware_decides, teardown),
		cmocka_unit_test_teardown(the_root_filesystem_decides, teardown),
		cmocka_unit_test_teardown(needed_and_missing_is_an_error, teardown),
		cmocka_unit_test_teardown(a_snapshot_needs_its_module, teardown),
		cmocka_unit_test_teardown(listed_and_missing_is_a_note, teardown),
		cmocka_unit_test_teardown(the_job_may_ask_for_more, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
