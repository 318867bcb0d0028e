# The new system: its configuration, boot loader, checks and first boot.
OS_TREE = os/target.c os/target_write.c os/text.c os/changes.c os/changes_apply.c os/accounts.c \
	base/io.c base/arena.c base/err.c tests/unit/os_tree.c
OS_DIALECTS = os/access.c os/assignments.c os/cidr.c os/detect.c os/fstab.c os/grub_cfg.c os/init_openrc.c \
	os/init_systemd.c os/init_sysv.c os/inittab.c os/interface_names.c os/names.c os/network_debian.c \
	os/network_gentoo.c os/network_rhel.c os/old_console.c os/securetty.c os/selinux.c os/serial.c \
	os/service.c os/startpar.c os/systemd_units.c os/sysv_links.c
OS_MOVED = os/ini.c os/mtab.c os/nfs.c os/puppet.c os/quarantine.c os/service_record.c os/services.c
TEST_os = $(OS_TREE) $(OS_DIALECTS)
TEST_target = $(OS_TREE)
TEST_grub = steps/grub_images.c steps/grub_disk.c base/arena.c base/err.c base/child.c base/child_stage.c base/tail.c base/log.c
TEST_first_boot = target/first_boot.c target/first_boot_config.c base/arena.c base/err.c base/log.c
LIBS_first_boot = -ljansson
TEST_peers = target/peers.c service/retry.c service/wait.c base/err.c base/log.c
TEST_verify = $(OS_TREE) os/executable.c steps/rehearsal.c steps/rehearsal_boot.c steps/initrd_contents.c \
	archive/modules.c archive/modules_read.c archive/modfile.c archive/module_order.c archive/stream.c \
	archive/decompress.c $(addprefix archive/decoder_,gzip.c bzip2.c xz.c zstd.c) job/profile.c
LIBS_verify = -larchive -lisal -lbz2 -llzma -lzstd
TEST_configure = $(OS_TREE) $(OS_DIALECTS) $(OS_MOVED) steps/configure.c steps/configure_moved.c \
	steps/first_boot_files.c target/first_boot_config.c job/profile.c job/address.c service/url.c
LIBS_configure = -ljansson
TEST_configure_moved = $(OS_TREE) $(OS_DIALECTS) $(OS_MOVED) steps/configure_moved.c job/profile.c job/address.c \
	service/url.c
TEST_services = $(OS_TREE) $(OS_DIALECTS) os/service_record.c os/services.c
TEST_ini = os/ini.c os/text.c base/arena.c base/err.c
TEST_nfs = $(OS_TREE) $(OS_DIALECTS) os/nfs.c os/services.c os/service_record.c
