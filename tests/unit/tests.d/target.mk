# The new system: its configuration, boot loader, checks and first boot.
OS_TREE = os/target.c os/target_write.c os/text.c os/changes.c os/changes_apply.c os/accounts.c \
	base/io.c base/arena.c base/err.c tests/unit/os_tree.c
OS_NETWORKS = $(addprefix os/network_,debian.c gentoo.c manager.c netplan.c networkd.c rhel.c suse.c) os/managers.c os/manager_starts.c facts/network_managers.c \
	os/interface_names.c os/names.c os/assignments.c os/cidr.c job/gateway.c job/interface_name.c job/address.c
OS_OLD = os/set_aside.c os/mount_units.c os/lvm_conf.c os/cloud_init.c os/old_addresses.c os/old_masters.c
OS_DIALECTS = $(OS_NETWORKS) $(OS_OLD) os/access.c os/detect.c os/fstab.c os/fstab_line.c os/grub_cfg.c os/hardware_clock.c os/init_openrc.c \
	os/init_systemd.c os/init_sysv.c os/inittab.c os/old_console.c os/securetty.c os/selinux.c os/serial.c \
	os/service.c os/startpar.c os/systemd_units.c os/sysv_links.c os/unit_file.c os/volume_nodes.c os/volume_rules.c
OS_MOVED = os/ini.c os/mtab.c os/nfs.c os/puppet.c os/puppet_files.c os/quarantine.c os/service_record.c os/services.c \
	steps/configure_moved.c steps/quarantine_kernel.c base/url.c job/address.c job/profile.c
TEST_managers = $(OS_TREE) $(OS_DIALECTS) facts/marks.c facts/network_choice.c
TEST_managers_refused = $(TEST_managers)
TEST_set_aside = $(TEST_managers)
TEST_os = $(OS_TREE) $(OS_DIALECTS)
TEST_readers = $(OS_TREE) $(OS_DIALECTS)
TEST_target = $(OS_TREE)
TEST_grub = steps/grub_images.c steps/grub_disk.c base/arena.c base/err.c base/child.c base/child_stage.c base/tail.c base/log.c
FIRST_BOOT_SOURCES = target/first_boot.c target/first_boot_steps.c target/turn.c installed/environment.c installed/first_boot_config.c installed/installed_report.c target/clock_check.c service/clock.c \
	service/retry.c service/wait.c base/log.c base/random.c $(JOB_SOURCES) tests/unit/first_boot_scene.c
TEST_first_boot = $(FIRST_BOOT_SOURCES)
LIBS_first_boot = -ljansson
TEST_first_boot_instructions = $(FIRST_BOOT_SOURCES)
LIBS_first_boot_instructions = -ljansson
TEST_first_boot_retry = $(FIRST_BOOT_SOURCES)
LIBS_first_boot_retry = -ljansson
TEST_first_boot_turn = $(FIRST_BOOT_SOURCES)
LIBS_first_boot_turn = -ljansson
TEST_clock_check = target/clock_check.c service/clock.c base/err.c
TEST_quarantine_check = target/quarantine_check.c installed/quarantine_lock.c base/child.c base/child_stage.c base/tail.c base/log.c base/err.c
TEST_peers = target/peers.c service/retry.c service/wait.c base/random.c base/io.c base/err.c base/log.c
OS_MODULES = $(addprefix archive/,modules.c modules_read.c modfile.c module_order.c stream.c decompress.c \
	decoder_gzip.c decoder_bzip2.c decoder_xz.c decoder_zstd.c)
LIBS_MODULES = -lisal -lbz2 -llzma -lzstd
TEST_verify = $(OS_TREE) $(OS_MODULES) os/executable.c os/fstab_line.c steps/rehearsal.c steps/rehearsal_boot.c steps/initrd_contents.c \
	job/profile.c
LIBS_verify = -larchive $(LIBS_MODULES)
TEST_configure = $(OS_TREE) $(OS_DIALECTS) $(OS_MOVED) $(OS_MODULES) steps/configure.c steps/chosen.c plan/find.c steps/first_boot_files.c sync/config.c \
	installed/first_boot_config.c base/random.c base/log.c $(JOB_SOURCES)
LIBS_configure = -ljansson $(LIBS_MODULES)
MOVED_SOURCES = $(OS_TREE) $(OS_DIALECTS) $(OS_MOVED) $(OS_MODULES) tests/unit/moved_scene.c
TEST_configure_moved = $(MOVED_SOURCES)
LIBS_configure_moved = $(LIBS_MODULES)
TEST_configure_refused = $(MOVED_SOURCES)
LIBS_configure_refused = $(LIBS_MODULES)
TEST_services = $(OS_TREE) $(OS_DIALECTS) os/service_record.c os/services.c
TEST_ini = os/ini.c os/text.c base/arena.c base/err.c
TEST_nfs = $(OS_TREE) $(OS_DIALECTS) os/nfs.c os/services.c os/service_record.c
