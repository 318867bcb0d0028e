/* The part of the rehearsal that GRUB and the kernel play: boot menu, kernel, initrd. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archive/modules.h"
#include "os/grub_cfg.h"
#include "os/text.h"
#include "steps/initrd_contents.h"
#include "steps/rehearsal.h"

/* Documentation/arch/x86/boot.rst: "HdrS" of a bzImage; RFC 1952: gzip. */
struct boot_file {
	const char *command; /* of grub.cfg */
	off_t offset;
	const char *magic;
	const char *what;
};

static const struct boot_file boot_files[] = {
	{"linux", 0x202, "HdrS", "an x86 Linux kernel"},
	{"initrd", 0, "\x1f\x8b", "a gzip'ed initrd"},
};

static int check_boot_file(const struct rehearsal *r, const struct boot_file *kind,
			   const char *path, struct err *err)
{
	const char *place = arena_printf(r->arena, "/boot%s", path);
	int fd = target_fd(r->target, place, O_RDONLY);
	char found[8] = "";
	ssize_t got;

	if (fd < 0)
		return err_sys(err, ERR_VERIFY, place,
			       "the boot menu names %s, which cannot be opened on /boot", path);
	got = pread(fd, found, strlen(kind->magic), kind->offset);
	close(fd);
	if (got != (ssize_t)strlen(kind->magic) || memcmp(found, kind->magic, (size_t)got) != 0)
		return err_set(err, ERR_VERIFY, place, "%s is not %s", place, kind->what);
	return 0;
}

/* One line of grub.cfg; 1 when it names a file to boot. */
static int check_menu_line(const struct rehearsal *r, const char *line, struct err *err)
{
	line += strspn(line, " \t");
	for (size_t i = 0; i < sizeof(boot_files) / sizeof(*boot_files); i++) {
		size_t size = strlen(boot_files[i].command);
		const char *path = line + size + 1;

		if (strncmp(line, boot_files[i].command, size) != 0 || line[size] != ' ')
			continue;
		path = arena_printf(r->arena, "%.*s", (int)strcspn(path, " "), path);
		return check_boot_file(r, &boot_files[i], path, err) ? -1 : 1;
	}
	return 0;
}

int rehearse_boot_menu(const struct rehearsal *r, struct err *err)
{
	const char *rest, *line;
	size_t size, named = 0;

	if (target_read(r->target, GRUB_CFG, r->arena, &rest, NULL, err))
		return -1;
	while (rest && text_next(&rest, &line, &size)) {
		int found =
			check_menu_line(r, arena_printf(r->arena, "%.*s", (int)size, line), err);

		if (found < 0)
			return -1;
		named += (size_t)found;
	}
	if (named < 2)
		return err_set(err, ERR_VERIFY, GRUB_CFG,
			       "%s of the new system names no kernel and initrd to boot", GRUB_CFG);
	return 0;
}

/* Which modules would drive the boot disk, and is one of them at hand? */
struct drivers {
	const struct initrd_contents *contents;
	const struct modules *modules;
	const char *name; /* of one that is missing */
	bool found;
};

static void consider_driver(void *ctx, const char *name)
{
	struct drivers *drivers = ctx;

	drivers->name = name;
	drivers->found |= initrd_contents_has(drivers->contents, name) ||
			  modules_is_builtin(drivers->modules, name, NULL) == MODULES_YES;
}

/* A kernel without a module for the disk's alias has the driver built in, or the initrd step refused it. */
static int check_driver(const struct rehearsal *r, const struct initrd_contents *contents,
			struct err *err)
{
	const struct disk *disk = r->ctx->plan->disks[0].disk;
	const char *folder = arena_printf(r->arena, "/lib/modules/%s", r->ctx->kernel_release);
	int fd = target_fd(r->target, folder, O_RDONLY | O_DIRECTORY);
	struct modules modules = {.arena = r->arena};
	struct drivers drivers = {.contents = contents, .modules = &modules};
	int ret;

	if (fd < 0 && errno == ENOENT)
		return 0; /* a kernel without modules */
	if (fd < 0)
		return err_sys(err, ERR_VERIFY, folder, "cannot open %s of the new system", folder);
	ret = modules_read(&modules, fd,
			   arena_printf(r->arena, "%s/boot/config-%s", r->target->root,
					r->ctx->kernel_release),
			   r->arena, err);
	close(fd);
	if (ret)
		return -1;
	modules_match(&modules, disk->modalias, consider_driver, &drivers);
	if (drivers.name && !drivers.found)
		return err_set(err, ERR_VERIFY, r->ctx->initrd_image,
			       "%s needs the module %s, which is not in %s", disk->path,
			       drivers.name, r->ctx->initrd_image);
	return 0;
}

int rehearse_initrd(const struct rehearsal *r, struct err *err)
{
	const char *path = r->ctx->initrd_image;
	int fd = target_fd(r->target, path, O_RDONLY);
	struct initrd_contents contents;
	int ret;

	if (fd < 0)
		return err_sys(err, ERR_VERIFY, path, "cannot open %s of the new system", path);
	ret = initrd_contents_read(&contents, fd, path, r->arena, err);
	close(fd);
	if (ret)
		return -1;
	if (!contents.has_init)
		return err_set(err, ERR_VERIFY, path, "%s has no /init that could be started",
			       path);
	return check_driver(r, &contents, err);
}
