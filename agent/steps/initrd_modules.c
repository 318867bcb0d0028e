#include "steps/initrd_modules.h"

#include <stdio.h>
#include <string.h>

#include "job/interface_name.h"

/* Modules by name, with the option that builds them in. */
static const struct known {
	const char *name, *option;
	bool listed; /* goes into every slim initrd */
} known[] = {
	/* Disk controllers: VMware, */
	{"vmw_pvscsi", "CONFIG_VMWARE_PVSCSI", true},
	{"mptspi", "CONFIG_FUSION_SPI", true},
	{"mptsas", "CONFIG_FUSION_SAS", true},
	/* KVM and others with virtio, */
	{"virtio_pci", "CONFIG_VIRTIO_PCI", true},
	{"virtio_blk", "CONFIG_VIRTIO_BLK", true},
	{"virtio_scsi", "CONFIG_SCSI_VIRTIO", true},
	/* emulated and real SATA and NVMe, */
	{"ahci", "CONFIG_SATA_AHCI", true},
	{"ata_piix", "CONFIG_ATA_PIIX", true},
	{"nvme", "CONFIG_BLK_DEV_NVME", true},
	/* Xen and Hyper-V. */
	{"xen_blkfront", "CONFIG_XEN_BLKDEV_FRONTEND", true},
	{"hv_storvsc", "CONFIG_HYPERV_STORAGE", true},
	/* The disks behind them, and LVM with what an operator may convert volumes to. */
	{"sd_mod", "CONFIG_BLK_DEV_SD", true},
	{"dm_mod", "CONFIG_BLK_DEV_DM", true},
	{"dm_snapshot", "CONFIG_DM_SNAPSHOT", true},
	{"dm_mirror", "CONFIG_DM_MIRROR", true},
	{"dm_zero", "CONFIG_DM_ZERO", true},
	{"dm_thin_pool", "CONFIG_DM_THIN_PROVISIONING", true},
	/* Checksums that filesystems ask for by name; old kernels don't say so in their modules. */
	{"crc32c_generic", "CONFIG_CRYPTO_CRC32C", true},
	{"crc32c_intel", "CONFIG_CRYPTO_CRC32C_INTEL", true},
	/* Root filesystems. */
	{"xfs", "CONFIG_XFS_FS", false},
	{"ext2", "CONFIG_EXT2_FS", false},
	{"ext3", "CONFIG_EXT3_FS", false},
	{"ext4", "CONFIG_EXT4_FS", false},
};
#define KNOWN_COUNT (sizeof(known) / sizeof(*known))

struct chooser {
	struct module_order *order;
	const struct modules *modules;
	void (*note)(const char *text);
	char lacking[512]; /* listed modules that the kernel has not */
};

static const char *option_of(const char *name)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (!strcmp(known[i].name, name))
			return known[i].option;
	return NULL;
}

/* Add it, or find it built in. MODULES_UNKNOWN when there is no way to tell. */
static enum modules_builtin add(struct chooser *chooser, const char *name)
{
	const struct module *module = modules_find(chooser->modules, name);

	if (!module)
		return modules_is_builtin(chooser->modules, name, option_of(name));
	module_order_add(chooser->order, chooser->modules, module);
	return MODULES_YES;
}

static void note_doubt(const struct chooser *chooser, const char *name)
{
	char text[256];

	snprintf(
		text, sizeof(text),
		"no module %s; whether the kernel has it built in cannot be told: it comes without modules.builtin and configuration",
		name);
	chooser->note(text);
}

static int need(struct chooser *chooser, const char *name, const char *why, struct err *err)
{
	switch (add(chooser, name)) {
	case MODULES_YES:
		return 0;
	case MODULES_UNKNOWN:
		note_doubt(chooser, name);
		return 0;
	default:
		return err_set(
			err, ERR_INITRD, name,
			"the kernel has no module %s, which %s needs: give a kernel that has it",
			name, why);
	}
}

static void add_found(void *ctx, const char *name)
{
	add(ctx, name);
}

/* A bus may call its driver otherwise than the module is called. */
static const char *module_of_driver(const char *driver)
{
	return !strcmp(driver, "vbd") ? "xen_blkfront" : driver;
}

/* The controller of a disk: by what the hardware calls itself, and by the driver that this kernel uses. */
static int need_controller(struct chooser *chooser, const struct disk *disk, struct err *err)
{
	const char *driver = module_of_driver(disk->driver);
	size_t found = 0;

	if (*disk->modalias)
		found = modules_match(chooser->modules, disk->modalias, add_found, chooser);
	if (*driver && modules_find(chooser->modules, driver)) {
		add(chooser, driver);
		found++;
	}
	if (found == 0 && *driver && need(chooser, driver, disk->path, err))
		return -1;
	if (!strncmp(disk->driver, "virtio", 6) && need(chooser, "virtio_pci", disk->path, err))
		return -1;
	if (!strncmp(disk->name, "sd", 2))
		return need(chooser, "sd_mod", disk->path, err);
	return 0;
}

/* Since 4.3 ext4 serves ext2 and ext3, too. */
static int need_root_filesystem(struct chooser *chooser, enum fs_type type, struct err *err)
{
	const char *name = fs_type_name(type);

	if (type != FS_XFS && add(chooser, name) == MODULES_YES)
		return 0;
	return need(chooser, type == FS_XFS ? name : "ext4", "the root filesystem", err);
}

/* A NIC whose driver is missing here keeps the kernel's name until udev comes. */
static void add_nics(struct chooser *chooser, const struct machine *machine)
{
	for (size_t i = 0; i < machine->nic_count; i++) {
		const struct nic *nic = &machine->nics[i];

		if (*nic->modalias)
			modules_match(chooser->modules, nic->modalias, add_found, chooser);
		if (modules_find(chooser->modules, nic->driver))
			add(chooser, nic->driver);
	}
}

static void add_listed(struct chooser *chooser)
{
	char text[sizeof(chooser->lacking) + 64];

	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		size_t used = strlen(chooser->lacking);

		if (known[i].listed && add(chooser, known[i].name) == MODULES_NO)
			snprintf(chooser->lacking + used, sizeof(chooser->lacking) - used, " %s",
				 known[i].name);
	}
	if (!*chooser->lacking)
		return;
	snprintf(text, sizeof(text), "not in this kernel, and not needed here:%s",
		 chooser->lacking);
	chooser->note(text);
}

int initrd_modules_choose(struct module_order *order, const struct modules *modules,
			  const struct plan *plan, const struct machine *machine,
			  void (*note)(const char *text), struct err *err)
{
	struct chooser chooser = {.order = order, .modules = modules, .note = note};
	const struct plan_fs *root = plan_fs_at(plan, "/");

	for (size_t i = 0; i < plan->disk_count; i++)
		if (need_controller(&chooser, plan->disks[i].disk, err))
			return -1;
	if (need(&chooser, "dm_mod", "LVM", err))
		return -1;
	if (plan_snapshot_count(plan) &&
	    need(&chooser, "dm_snapshot", "a snapshot of the job", err))
		return -1;
	if (root && need_root_filesystem(&chooser, root->type, err))
		return -1;
	for (size_t i = 0; i < plan->job->kernel.modules.count; i++)
		if (need(&chooser, plan->job->kernel.modules.item[i], "the job", err))
			return -1;
	if (interfaces_are_swappable(&plan->job->network))
		add_nics(&chooser, machine);
	add_listed(&chooser);
	return 0;
}
