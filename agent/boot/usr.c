#include "boot/usr.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "machine/sysfs.h"
#include "boot/config.h"
#include "boot/line.h"
#include "boot/nodes.h"
#include "boot/root.h"

#define BLANKS " \t"

/* The next field of a line, past runs of blanks; NULL at the end. */
static char *next_field(char **line)
{
	char *field;

	do
		field = strsep(line, BLANKS);
	while (field && !*field);
	return field;
}

bool boot_usr_parse(struct boot_usr *usr, char *fstab)
{
	char *line;

	while ((line = strsep(&fstab, "\n"))) {
		const char *device = next_field(&line), *mount_point = next_field(&line);
		const char *type = next_field(&line), *options = next_field(&line);

		if (!type || *device == '#' || strcmp(mount_point, "/usr"))
			continue;
		*usr = (struct boot_usr){device, type, options ? options : "defaults"};
		return strchr(device, ':') == NULL && strcmp(type, "bind") && strcmp(type, "none");
	}
	return false;
}

static char *read_fstab(struct arena *arena)
{
	char *text = arena_alloc(arena, BOOT_FILE_MAX + 1);
	int fd = open(BOOT_SYSROOT "/etc/fstab", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? 0 : read_all(fd, text, BOOT_FILE_MAX);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

int boot_usr_mount(struct arena *arena, struct err *err)
{
	struct boot_usr usr;
	unsigned long flags = 0;
	const char **paths, *options;
	char device[256];
	size_t count;

	if (!boot_usr_parse(&usr, read_fstab(arena)))
		return 0;
	if (boot_nodes_scan(SYSFS, "/dev", &paths, &count, arena, err))
		return -1;
	if (!boot_root_find(usr.device, paths, count, device, sizeof(device)))
		return err_set(err, ERR_BOOT, usr.device, "the device of /usr is not there");
	options = boot_line_mount_options(usr.options, &flags, arena);
	if (mount(device, BOOT_SYSROOT "/usr", usr.type, flags, options))
		return err_sys(err, ERR_BOOT, device, "cannot mount /usr as %s", usr.type);
	return 0;
}
