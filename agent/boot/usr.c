#include "boot/usr.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "base/file.h"
#include "base/limits.h"
#include "machine/sysfs.h"
#include "boot/config.h"
#include "boot/line.h"
#include "boot/nodes.h"
#include "boot/root.h"
#include "os/fstab_line.h"

bool boot_usr_parse(struct boot_usr *usr, const char *fstab, struct arena *arena)
{
	struct fstab_line line;

	while (fstab_next(&line, &fstab, arena)) {
		if (strcmp(line.mount, "/usr"))
			continue;
		*usr = (struct boot_usr){line.spec, line.type,
					 *line.options ? line.options : "defaults"};
		return !strchr(line.spec, ':') && strcmp(line.type, "bind") &&
		       strcmp(line.type, "none");
	}
	return false;
}

int boot_usr_mount(struct arena *arena, struct err *err)
{
	const char *fstab =
		file_text(AT_FDCWD, BOOT_SYSROOT "/etc/fstab", BOOT_FILE_MAX, arena, NULL);
	struct boot_usr usr;
	unsigned long flags = 0;
	const char **paths, *options;
	char device[256];
	size_t count;

	if (!fstab || !boot_usr_parse(&usr, fstab, arena))
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
