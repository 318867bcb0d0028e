# Machine, plan and the storage steps.
STORAGE_BASE := base/err.c base/io.c base/arena.c
STORAGE_MACHINE := machine/machine.c machine/bios.c machine/controllers.c machine/disks.c machine/location.c machine/nics.c machine/sysfs.c

TEST_machine = $(STORAGE_BASE) $(STORAGE_MACHINE) tests/unit/sysfs_tree.c
TEST_vg_folder = base/err.c steps/vg_folder.c tests/unit/scratch.c
TEST_disk_errors = base/err.c steps/disk_errors.c
TEST_reservation = base/err.c machine/reservation.c machine/reservation_nvme.c steps/reservations.c
TEST_params = $(STORAGE_BASE) machine/params.c
PLAN_SOURCES = $(STORAGE_BASE) plan/plan.c plan/find.c plan/select.c plan/bios.c plan/paths.c plan/layout.c plan/volumes.c plan/filesystems.c plan/print.c \
	plan/columns.c plan/kernels.c facts/kernel_choice.c facts/kernel_version.c job/archives.c job/databases.c job/profile.c job/size.c job/snapshot.c
TEST_plan = $(PLAN_SOURCES)
LIBS_plan = -luuid
TEST_plan_shown = $(PLAN_SOURCES) plan/shown.c
LIBS_plan_shown = -luuid -ljansson
TEST_plan_refused = $(PLAN_SOURCES)
LIBS_plan_refused = -luuid
TEST_plan_kernels = $(PLAN_SOURCES)
LIBS_plan_kernels = -luuid
TEST_plan_disks = $(PLAN_SOURCES)
LIBS_plan_disks = -luuid
TEST_plan_bios = $(PLAN_SOURCES)
LIBS_plan_bios = -luuid

TEST_holders = $(STORAGE_BASE) machine/sysfs.c steps/holders.c tests/unit/sysfs_tree.c
TEST_same_disks = $(STORAGE_BASE) $(STORAGE_MACHINE) steps/same_disks.c tests/unit/sysfs_tree.c
TEST_users = base/err.c steps/users.c
TEST_old_vgs = base/err.c base/arena.c base/lvm_row.c plan/find.c steps/old_vgs.c
TEST_signatures = base/err.c steps/signatures.c steps/swap_header.c
TEST_erase = base/err.c steps/erase.c steps/signatures.c steps/blockdev.c
LIBS_erase = -lblkid
LIBS_signatures = -lblkid -lfdisk -luuid
TEST_mkfs = $(STORAGE_BASE) base/child.c base/child_stage.c base/tail.c base/log.c machine/superblock.c steps/mkfs.c steps/mkfs_try.c \
	steps/swap_header.c
LIBS_mkfs = -lblkid -luuid

TEST_snapshot = $(STORAGE_BASE) base/lvm_row.c snapshot/read.c snapshot/snapshot.c
# Growing: a real XFS and swap on loop devices, and a volume group that is played; an ext whose kernel is played.
TEST_grow = $(STORAGE_BASE) $(patsubst agent/%,%,$(wildcard agent/grow/*.c)) base/lvm_row.c rescue/vg.c steps/blockdev.c steps/swap_header.c machine/superblock.c \
	job/size.c $(SCRATCH)
CFLAGS_grow = -Wl,--wrap=ioctl -Wl,--wrap=swapon
LIBS_grow = -lblkid -luuid
TEST_grow_ext = $(STORAGE_BASE) grow/ext.c grow/ext_groups.c grow/ext_shape.c job/size.c $(SCRATCH)
CFLAGS_grow_ext = -Wl,--wrap=ioctl
TEST_nodes = $(STORAGE_BASE) mapper/nodes.c mapper/mapper.c $(SCRATCH)
TEST_chosen = $(STORAGE_BASE) steps/chosen.c plan/find.c
