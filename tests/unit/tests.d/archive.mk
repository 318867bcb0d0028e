# Archives, the kernel's modules, the slim initrd and its boot life.
ARCHIVE_DECODERS := archive/decompress.c archive/stream.c archive/decoder_gzip.c archive/decoder_xz.c \
	archive/decoder_bzip2.c archive/decoder_zstd.c base/io.c base/err.c
ARCHIVE_LIBS := -lisal -llzma -lbz2 -lzstd
SCRATCH := tests/unit/scratch.c

TEST_decompress = $(ARCHIVE_DECODERS) $(SCRATCH)
LIBS_decompress = $(ARCHIVE_LIBS)
TEST_extract = archive/extract.c archive/input.c archive/place.c archive/tree.c archive/metadata.c archive/acl.c \
	archive/named.c archive/accounts.c archive/xfs_push.c base/log.c base/io.c base/err.c $(SCRATCH)
LIBS_extract = -larchive
TEST_extract_refused = $(TEST_extract)
LIBS_extract_refused = $(LIBS_extract)
TEST_xfs_push = archive/xfs_push.c base/log.c base/io.c $(SCRATCH)
CFLAGS_xfs_push = -Wl,--wrap=sync -Wl,--wrap=usleep -Wl,--wrap=clock_gettime

TEST_facts = facts/marks.c facts/facts_json.c facts/facts_read.c facts/boot_files.c facts/kernel_choice.c facts/kernel_default.c facts/kernel_version.c facts/judge.c job/archives.c facts/network_choice.c facts/network_managers.c archive/input.c job/profile.c job/size.c base/arena.c \
	$(ARCHIVE_DECODERS) $(SCRATCH)
LIBS_facts = -larchive -ljansson $(ARCHIVE_LIBS)

TEST_foreign = facts/foreign.c facts/marks.c facts/network_managers.c base/io.c base/err.c $(SCRATCH)

TEST_cpio = archive/cpio.c archive/gzip.c base/io.c base/err.c $(SCRATCH)
LIBS_cpio = -larchive -lisal
ARCHIVE_MODULES := archive/modules.c archive/modules_read.c archive/module_order.c archive/modfile.c base/arena.c
TEST_modules = $(ARCHIVE_MODULES) $(ARCHIVE_DECODERS)
LIBS_modules = $(ARCHIVE_LIBS)
TEST_depmod = archive/depmod.c archive/depmod_collect.c archive/module_index.c archive/modfile.c base/arena.c \
	$(ARCHIVE_DECODERS) $(SCRATCH)
LIBS_depmod = $(ARCHIVE_LIBS)

# no_lvm.c stands for base/lvm.c: nothing here activates a volume group.
TEST_boot_nics = boot/nics.c
TEST_boot = boot/line.c boot/config.c boot/nodes.c boot/root.c boot/usr.c os/fstab_line.c os/text.c boot/reset.c snapshot/snapshot.c snapshot/read.c snapshot/kernel.c mapper/mapper.c \
	base/io.c machine/sysfs.c \
	base/arena.c base/err.c base/lvm_row.c tests/unit/no_lvm.c $(SCRATCH)
LIBS_boot = -lblkid
TEST_boot_root = boot/line.c boot/nodes.c boot/root.c machine/sysfs.c base/arena.c base/err.c base/io.c base/lvm_row.c $(SCRATCH)
LIBS_boot_root = -lblkid

TEST_initrd_modules = steps/initrd_modules.c plan/plan.c plan/find.c plan/select.c plan/bios.c plan/paths.c plan/layout.c plan/volumes.c plan/filesystems.c \
	job/interface_name.c job/profile.c job/size.c job/snapshot.c $(ARCHIVE_MODULES) $(ARCHIVE_DECODERS)
LIBS_initrd_modules = $(ARCHIVE_LIBS) -luuid
TEST_kernel = facts/marks.c facts/network_managers.c steps/kernel_package.c steps/kernel_find.c facts/kernel_choice.c facts/kernel_default.c facts/kernel_version.c steps/kernel_image.c base/io.c base/child.c \
	base/child_stage.c base/tail.c base/log.c base/arena.c base/err.c $(SCRATCH)
