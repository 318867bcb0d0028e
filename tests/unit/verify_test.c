/* The rehearsal: what would stop a boot is found in the tree. */
#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "machine/superblock.h"
#include "os/executable.h"
#include "os/target_write.h"
#include "os_tree.h"
#include "steps/initrd_contents.h"
#include "steps/rehearsal.h"

/* A device holds what the test says. */
static struct superblock on_device;

int superblock_read(struct superblock *superblock, const char *device, struct err *err)
{
	(void)device;
	(void)err;
	*superblock = on_device;
	return 0;
}

static struct job job;
static struct plan plan;
static struct disk disk = {.path = "/dev/vda", .modalias = "virtio:d00000002v00001AF4"};
static struct plan_disk plan_disk = {.disk = &disk};
static struct plan_fs filesystems[] = {
	{.device = "/dev/null", .type = FS_XFS, .mount = "/", .uuid = "aaaa-1"},
};
static struct context ctx = {.job = &job,
			     .plan = &plan,
			     .kernel_release = "6.1.0",
			     .kernel_image = "/boot/vmlinuz-6.1.0",
			     .initrd_image = "/boot/initrd-6.1.0.img"};

static struct rehearsal begin(struct tree *tree, const char *const *entries)
{
	tree_make(tree, entries);
	memset(&job, 0, sizeof(job));
	plan = (struct plan){.job = &job,
			     .filesystems = filesystems,
			     .fs_count = 1,
			     .disks = &plan_disk,
			     .disk_count = 1};
	return (struct rehearsal){.ctx = &ctx, .target = &tree->target, .arena = &tree->arena};
}

static void put(struct tree *tree, const char *path, const void *data, size_t size)
{
	const struct target_attr attr = {.mode = 0755, .uid = getuid(), .gid = getgid()};
	struct err err = ERR_INIT;

	if (target_write(&tree->target, path, data, size, &attr, &err))
		fail_msg("%s", err.msg);
}

/* A program of one segment, which may name an interpreter. */
static void put_elf(struct tree *tree, const char *path, uint16_t machine, const char *interpreter)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr segment;
		char interpreter[64];
	} elf = {
		.head = {.e_machine = machine,
			 .e_phoff = offsetof(__typeof__(elf), segment),
			 .e_phnum = 1},
		.segment = {.p_type = interpreter ? PT_INTERP : PT_LOAD,
			    .p_offset = offsetof(__typeof__(elf), interpreter),
			    .p_filesz = interpreter ? strlen(interpreter) + 1 : 0},
	};

	memcpy(elf.head.e_ident, ELFMAG, SELFMAG);
	elf.head.e_ident[EI_CLASS] = ELFCLASS64;
	if (interpreter)
		snprintf(elf.interpreter, sizeof(elf.interpreter), "%s", interpreter);
	put(tree, path, &elf, sizeof(elf));
}

static void programs_that_start(void **state)
{
	static const char *const entries[] = {"/lib64>/usr/lib64", "/script=#! /bin/sh -e\n", NULL};
	struct err err = ERR_INIT;
	struct tree tree;

	(void)state;
	begin(&tree, entries);
	put_elf(&tree, "/usr/lib64/ld.so", EM_X86_64, NULL);
	put_elf(&tree, "/bin/sh", EM_X86_64, "/lib64/ld.so");
	put(&tree, "/script", "#! /bin/sh -e\n", 14);
	if (executable_check(&tree.target, "/bin/sh", &err) ||
	    executable_check(&tree.target, "/script", &err))
		fail_msg("%s", err.msg);
	tree_free(&tree);
}

static void programs_that_would_not_start(void **state)
{
	static const struct {
		const char *path, *message;
	} rows[] = {
		{"/none", "cannot open /none"},
		{"/plain", "/plain of the new system is not an executable file"},
		{"/empty", "neither an x86 program nor a script"},
		{"/arm", "neither an x86 program nor a script"},
		{"/loader", "interpreter of /loader: cannot open /lib64/none.so"},
		{"/recursive", "interpreters nest too deeply"},
		{"/short", "neither an x86 program nor a script"},
	};
	static const char *const entries[] = {"/plain=text", "/empty", NULL};
	struct tree tree;

	(void)state;
	begin(&tree, entries);
	put_elf(&tree, "/arm", EM_AARCH64, NULL);
	put_elf(&tree, "/loader", EM_X86_64, "/lib64/none.so");
	put(&tree, "/recursive", "#!/recursive\n", 13);
	put(&tree, "/short", ELFMAG "\2", 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(executable_check(&tree.target, rows[i].path, &err), -1);
		assert_int_equal(err.code, ERR_VERIFY);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s: %s", rows[i].path, err.msg);
	}
	tree_free(&tree);
}

static void init_is_the_last_word(void **state)
{
	struct err err = ERR_INIT;
	struct tree tree;
	struct rehearsal r = begin(&tree, NULL);

	(void)state;
	put_elf(&tree, "/sbin/init", EM_X86_64, NULL);
	assert_int_equal(rehearse_init(&r, &err), 0);
	job.kernel.command_line = "quiet rdinit=/x init=/sbin/other";
	assert_int_equal(rehearse_init(&r, &err), -1);
	assert_string_equal(err.where, "/sbin/other");
	tree_free(&tree);
}

static void filesystems_are_the_plans(void **state)
{
	struct err err = ERR_INIT;
	struct tree tree;
	struct rehearsal r = begin(&tree, NULL);

	(void)state;
	on_device = (struct superblock){.type = "xfs", .uuid = "aaaa-1"};
	assert_int_equal(rehearse_filesystems(&r, &err), 0);
	on_device = (struct superblock){.type = "xfs", .uuid = "bbbb-2"};
	assert_int_equal(rehearse_filesystems(&r, &err), -1);
	assert_string_equal(
		err.msg,
		"/dev/null should hold xfs with UUID aaaa-1, and holds xfs with UUID bbbb-2");
	tree_free(&tree);
}

static void fstab_names_what_is_there(void **state)
{
	static const struct {
		const char *fstab, *message;
	} rows[] = {
		{"# comment\n\nUUID=AAAA-1 / xfs defaults 0 0\n/dev/null none swap sw 0 0\n"
		 "proc /proc proc defaults 0 0\n",
		 NULL},
		{"UUID=cccc-3 / xfs defaults 0 0\n", "UUID=cccc-3, which no filesystem"},
		{"/dev/local/none / xfs defaults 0 0\n", "/dev/local/none, which is not there"},
		{"UUID=aaaa-1 /data xfs defaults 0 0\n", "on /data, which does not exist"},
		{"devpts /dev/pts devpts gid=5,mode=620 0 0\nnone /proc/bus/usb usbfs defaults 0 0\n",
		 NULL},
		{"/dev/cdrom /proc auto ro,noauto 0 0\nUUID=cccc-3 /proc xfs nofail 0 0\n", NULL},
		{"/dev/cdrom /proc auto errors=noauto 0 0\n", "/dev/cdrom, which is not there"},
		{"tmpfs /with\\040blank/ tmpfs defaults 0 0\n", NULL},
	};
	static const char *const entries[] = {"/proc/x", "/with blank/x", NULL};
	struct tree tree;
	struct rehearsal r = begin(&tree, entries);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		put(&tree, "/etc/fstab", rows[i].fstab, strlen(rows[i].fstab));
		assert_int_equal(rehearse_fstab(&r, &err), rows[i].message ? -1 : 0);
		if (rows[i].message && !strstr(err.msg, rows[i].message))
			fail_msg("%s", err.msg);
	}
	tree_free(&tree);
}

#define MENU "menuentry 'x' {\n\tlinux /vmlinuz root=/dev/local/root\n\tinitrd /initrd.img\n}\n"

static void boot_menu_names_what_is_there(void **state)
{
	char kernel[1024] = "";
	struct err err = ERR_INIT;
	struct tree tree;
	struct rehearsal r = begin(&tree, NULL);

	(void)state;
	assert_int_equal(rehearse_boot_menu(&r, &err), -1);
	assert_non_null(strstr(err.msg, "names no kernel and initrd"));
	put(&tree, "/boot/grub/grub.cfg", MENU, strlen(MENU));
	assert_int_equal(rehearse_boot_menu(&r, &err), -1);
	assert_non_null(strstr(err.msg, "names /vmlinuz, which cannot be opened on /boot"));
	put(&tree, "/boot/vmlinuz", kernel, sizeof(kernel));
	assert_int_equal(rehearse_boot_menu(&r, &err), -1);
	assert_string_equal(err.msg, "/boot/vmlinuz is not an x86 Linux kernel");
	memcpy(kernel + 0x202, "HdrS", 4);
	put(&tree, "/boot/vmlinuz", kernel, sizeof(kernel));
	put(&tree, "/boot/initrd.img", "\x1f\x8b\x08", 3);
	if (rehearse_boot_menu(&r, &err))
		fail_msg("%s", err.msg);
	tree_free(&tree);
}

static void add_entry(struct archive *archive, const char *path, mode_t mode)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, mode);
	archive_entry_set_size(entry, 4);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, "data", 4), 4);
	archive_entry_free(entry);
}

static void put_initrd(struct tree *tree, mode_t init_mode, const char *module, size_t cut)
{
	static char data[8192];
	struct archive *archive = archive_write_new();
	size_t used;

	assert_int_equal(archive_write_add_filter_gzip(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_cpio_newc(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(archive, data, sizeof(data), &used), ARCHIVE_OK);
	add_entry(archive, "init", init_mode);
	add_entry(archive, module, 0644);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	put(tree, "/boot/initrd-6.1.0.img", data, used - cut);
}

static void initrd_can_find_the_disk(void **state)
{
	static const char *const entries[] = {
		"/lib/modules/6.1.0/modules.dep=kernel/virtio_blk.ko.xz:\nkernel/ahci.ko:\n",
		"/lib/modules/6.1.0/modules.alias=alias virtio:d00000002v* virtio_blk\n", NULL};
	static const struct {
		const char *module, *message;
		mode_t init_mode;
		size_t cut;
	} rows[] = {
		{"lib/modules/6.1.0/kernel/virtio-blk.ko", NULL, 0755, 0},
		{"lib/modules/6.1.0/kernel/ahci.ko", "/dev/vda needs the module virtio_blk", 0755,
		 0},
		{"lib/modules/6.1.0/kernel/virtio_blk.ko", "has no /init", 0644, 0},
		{"lib/modules/6.1.0/kernel/virtio_blk.ko", "reads to its end", 0755, 30},
	};
	struct tree tree;
	struct rehearsal r = begin(&tree, entries);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = ERR_INIT;

		put_initrd(&tree, rows[i].init_mode, rows[i].module, rows[i].cut);
		if (rehearse_initrd(&r, &err) != (rows[i].message ? -1 : 0))
			fail_msg("row %zu: %s", i, err.msg);
		if (rows[i].message && !strstr(err.msg, rows[i].message))
			fail_msg("row %zu: %s", i, err.msg);
	}
	tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_that_start),
		cmocka_unit_test(programs_that_would_not_start),
		cmocka_unit_test(init_is_the_last_word),
		cmocka_unit_test(filesystems_are_the_plans),
		cmocka_unit_test(fstab_names_what_is_there),
		cmocka_unit_test(boot_menu_names_what_is_there),
		cmocka_unit_test(initrd_can_find_the_disk),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
