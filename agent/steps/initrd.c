/*
 * initrd: the slim initrd of the installed system: this program as /init in its boot life, a shell for
 * emergencies, and the modules that lead to the root filesystem. Made from scratch for this kernel and
 * this machine, because the archive's own initrd was made for another.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/cpio.h"
#include "archive/decompress.h"
#include "archive/gzip.h"
#include "archive/modfile.h"
#include "archive/modules.h"
#include "base/file.h"
#include "base/lvm.h"
#include "job/interface_name.h"
#include "steps/initrd_modules.h"
#include "steps/kernel_find.h"
#include "steps/step.h"
#include "boot/config.h"

#define NOTES_BYTES           4096
#define PATH_BYTES            (3 * KERNEL_RELEASE_MAX)
#define MODULES_FOLDER_FORMAT "/lib/modules/%s"
#define CONFIG_FORMAT         "/boot/config-%s"
#define SELF                  "/proc/self/exe"
#define VG_UUID_TEXT          39 /* lvm2's ID_LEN of 32 with six dashes and a NUL */

/* What the child gets; it runs with the new system as its root directory. */
struct making {
	const struct plan *plan;
	const struct machine *machine;
	const char *release;
	const char *path;        /* of the initrd, in the new system */
	const char *vg_uuid;     /* "": not known */
	int self_fd, busybox_fd; /* opened outside; -1: no busybox */
};

static void print_note(const char *text)
{
	printf("%s\n", text);
}

static int write_gzip(void *ctx, const void *data, size_t size, struct err *err)
{
	return gzip_write(ctx, data, size, err);
}

/* A static program into the archive, from the file outside that `fd` is. 1: it is not static. */
static int put_program(struct cpio *cpio, const char *path, int fd, struct err *err)
{
	struct stat st;
	void *image;
	bool dynamic;

	if (fstat(fd, &st))
		return err_sys(err, ERR_INITRD, path, "cannot stat the program");
	image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		return err_sys(err, ERR_INITRD, path, "cannot map the program");
	dynamic = modfile_is_dynamic(image, (size_t)st.st_size);
	if (!dynamic)
		cpio_file(cpio, path, 0755, image, (size_t)st.st_size);
	munmap(image, (size_t)st.st_size);
	return dynamic;
}

static void put_skeleton(struct cpio *cpio)
{
	static const char *const folders[] = {"bin",  "dev", "etc", "modules",
					      "proc", "run", "sys", "sysroot"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		cpio_directory(cpio, folders[i], 0755);
	/* The kernel opens the console before /init could make it. */
	cpio_device(cpio, "dev/console", S_IFCHR, 0600, 5, 1);
	cpio_device(cpio, "dev/null", S_IFCHR, 0666, 1, 3);
}

static int put_module(struct cpio *cpio, int dir_fd, const struct module *module, struct err *err)
{
	char path[PATH_BYTES];
	struct modfile file;

	if (modfile_open(&file, dir_fd, module->path, err))
		return -1;
	snprintf(path, sizeof(path), "%s/%s.ko", &BOOT_MODULE_FOLDER[1], module->name);
	cpio_file(cpio, path, 0644, file.image, file.size);
	modfile_close(&file);
	return 0;
}

static char *add_nics(char *text, const struct job_network *network, struct arena *arena)
{
	for (size_t i = 0; i < network->interface_count; i++)
		if (interface_is_swappable(&network->interfaces[i]))
			text = arena_printf(arena, "%s" BOOT_CONFIG_NIC " %s %s\n", text,
					    network->interfaces[i].mac,
					    network->interfaces[i].name);
	return text;
}

static void put_config(struct cpio *cpio, const struct making *m, const struct module_order *order,
		       struct arena *arena)
{
	char *text = arena_printf(arena, BOOT_CONFIG_VG " %s\n", m->plan->vg);

	if (*m->vg_uuid)
		text = arena_printf(arena, "%s" BOOT_CONFIG_UUID " %s\n", text, m->vg_uuid);
	if (plan_snapshot_count(m->plan))
		text = arena_printf(arena, "%s" BOOT_CONFIG_SNAPSHOTS " %zu\n", text,
				    plan_snapshot_count(m->plan));
	for (size_t i = 0; i < order->count; i++)
		text = arena_printf(arena,
				    "%s" BOOT_CONFIG_MODULE " " BOOT_MODULE_FOLDER "/%s.ko\n", text,
				    order->item[i]->name);
	text = add_nics(text, &m->plan->job->network, arena);
	cpio_file(cpio, &BOOT_CONFIG_PATH[1], 0644, text, strlen(text));
}

static int put_all(struct cpio *cpio, const struct making *m, int modules_fd,
		   const struct module_order *order, struct arena *arena, struct err *err)
{
	int programs;

	put_skeleton(cpio);
	programs = put_program(cpio, "init", m->self_fd, err);
	if (programs > 0)
		return err_set(
			err, ERR_INITRD, SELF,
			"this program is not static: it would not run without its libraries");
	if (programs == 0 && m->busybox_fd >= 0)
		programs = put_program(cpio, &BOOT_BUSYBOX[1], m->busybox_fd, err);
	if (programs < 0)
		return -1;
	if (programs > 0 || m->busybox_fd < 0)
		print_note("no static " BOOT_BUSYBOX " here: the slim initrd has no shell");
	else
		cpio_symlink(cpio, "bin/sh", "busybox");
	put_config(cpio, m, order, arena);
	for (size_t i = 0; i < order->count; i++)
		if (put_module(cpio, modules_fd, order->item[i], err))
			return -1;
	return cpio_end(cpio, err);
}

static int write_archive(const struct making *m, int fd, int modules_fd,
			 const struct module_order *order, struct arena *arena, struct err *err)
{
	struct cpio cpio = {.write = write_gzip};
	struct gzip *gzip;
	int ret;

	if (gzip_open(&gzip, fd, err))
		return -1;
	cpio.ctx = gzip;
	ret = put_all(&cpio, m, modules_fd, order, arena, err);
	if (gzip_close(gzip, ret == 0, err))
		ret = -1;
	return ret;
}

/* Under another name until it is whole and on the disk. */
static int replace(const struct making *m, int modules_fd, const struct module_order *order,
		   struct arena *arena, struct err *err)
{
	const char *temporary = arena_printf(arena, "%s.new", m->path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int ret;

	if (fd < 0)
		return err_sys(err, ERR_INITRD, temporary, "cannot create");
	ret = write_archive(m, fd, modules_fd, order, arena, err);
	if (ret == 0 && fsync(fd))
		ret = err_sys(err, ERR_INITRD, temporary, "cannot write to the disk");
	if (close(fd) && ret == 0)
		ret = err_sys(err, ERR_INITRD, temporary, "cannot write");
	if (ret == 0 && file_rename(temporary, m->path))
		ret = err_sys(err, ERR_INITRD, m->path, "cannot rename %s to it", temporary);
	if (ret)
		unlink(temporary);
	return ret;
}

/* A kernel without a module folder is one with everything built in. */
static int read_modules(struct modules *modules, int modules_fd, const char *release,
			struct arena *arena, struct err *err)
{
	const char *config = arena_printf(arena, CONFIG_FORMAT, release);

	if (modules_fd >= 0)
		return modules_read(modules, modules_fd, config, arena, err);
	*modules = (struct modules){.arena = arena};
	return modules_read_config(modules, config, err);
}

static int make(void *arg, struct err *err)
{
	const struct making *m = arg;
	struct arena arena = {0};
	struct module_order order;
	struct modules modules;
	int fd = open(arena_printf(&arena, MODULES_FOLDER_FORMAT, m->release),
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = -1;

	if (fd < 0 && errno != ENOENT)
		err_sys(err, ERR_INITRD, m->release, "cannot open the kernel's module folder");
	else if (read_modules(&modules, fd, m->release, &arena, err) == 0) {
		module_order_init(&order, &modules);
		ret = initrd_modules_choose(&order, &modules, m->plan, m->machine, print_note, err);
		if (ret == 0)
			ret = replace(m, fd, &order, &arena, err);
	}
	if (fd >= 0)
		close(fd);
	arena_free(&arena);
	return ret;
}

static void pass_notes(const struct context *ctx, char *notes)
{
	char *line;

	while ((line = strsep(&notes, "\n")))
		if (*line)
			ctx->note("initrd: %s", line);
}

/* "" when it can't be told: two VGs have the name, or none. */
static const char *find_vg_uuid(const struct context *ctx)
{
	const char *command = arena_printf(
		ctx->arena, "vgs " LVM_REPORT " -o vg_uuid --select vg_name=%s", ctx->plan->vg);
	char rows[256] = "", *uuid = arena_alloc(ctx->arena, VG_UUID_TEXT);
	struct err err = ERR_INIT;

	if (lvm_report(&command, 1, rows, sizeof(rows), ctx->watch, &err) || lvm_next_row(rows) ||
	    !lvm_field(rows, "vg_uuid", uuid, VG_UUID_TEXT)) {
		ctx->note("initrd: the VG's UUID is not known: the boot will go by its name");
		return "";
	}
	return uuid;
}

static int run(struct context *ctx, struct err *err)
{
	struct making m = {
		.plan = ctx->plan, .machine = &ctx->machine, .vg_uuid = find_vg_uuid(ctx)};
	char notes[NOTES_BYTES];
	const struct child child = {.name = "initrd",
				    .fn = make,
				    .arg = &m,
				    .root = NEWROOT_MOUNT,
				    .out = notes,
				    .out_size = sizeof(notes)};
	int ret;

	if (kernel_find(ctx, err))
		return -1;
	m.release = ctx->kernel_release;
	m.path = arena_printf(ctx->arena, KERNEL_INITRD_FORMAT, ctx->kernel_release);
	m.self_fd = open(SELF, O_RDONLY | O_CLOEXEC);
	m.busybox_fd = open(BOOT_BUSYBOX, O_RDONLY | O_CLOEXEC);
	ret = m.self_fd < 0 ? err_sys(err, ERR_INITRD, SELF, "cannot open this program")
			    : child_run(&child, ctx->watch, err);
	if (m.self_fd >= 0)
		close(m.self_fd);
	if (m.busybox_fd >= 0)
		close(m.busybox_fd);
	if (ret)
		return -1;
	pass_notes(ctx, notes);
	ctx->initrd_image = m.path;
	return 0;
}

/* Unpack it as the kernel will: gzip's checksum, and cpio's first and last entries. */
static int reread(void *arg, struct err *err)
{
	const struct context *ctx = arg;
	const struct decompress_limits limits = {.memory = 0, .threads = 1};
	const char *path = ctx->initrd_image;
	char head[6], tail[1024];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int memory = memfd_create("initrd", MFD_CLOEXEC);
	ssize_t got;

	if (fd < 0 || memory < 0)
		return err_sys(err, ERR_INITRD, path, "cannot open");
	if (decompress_stream(fd, memory, &limits, err))
		return err_prefix(err, "%s", path);
	if (pread(memory, head, sizeof(head), 0) != sizeof(head) || memcmp(head, "070701", 6))
		return err_set(err, ERR_VERIFY, path, "it does not begin as a cpio archive");
	got = pread(memory, tail, sizeof(tail), lseek(memory, -(off_t)sizeof(tail), SEEK_END));
	if (got <= 0 || !memmem(tail, (size_t)got, "TRAILER!!!", 10))
		return err_set(err, ERR_VERIFY, path, "it has no cpio trailer");
	return 0;
}

static int verify(struct context *ctx, struct err *err)
{
	const struct child child = {
		.name = "initrd", .fn = reread, .arg = ctx, .root = NEWROOT_MOUNT};

	return child_run(&child, ctx->watch, err);
}

const struct step step_initrd = {
	.name = "initrd",
	.summary = "make the slim initrd",
	.run = run,
	.verify = verify,
	.adopt = kernel_find,
};
