#include "machine/machine.h"

#include <linux/magic.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "machine/probe.h"
#include "machine/sysfs.h"

int machine_probe(struct machine *machine, const char *sysfs, struct arena *arena, struct err *err)
{
	struct sysinfo info;
	struct utsname name;

	*machine = (struct machine){0};
	if (sysinfo(&info) < 0 || uname(&name) < 0)
		return err_sys(err, ERR_IO, NULL, "cannot ask the kernel for memory and release");
	machine->memory = (uint64_t)info.totalram * info.mem_unit;
	machine->kernel_release = arena_strdup(arena, name.release);
	machine->firmware = sysfs_exists("%s/firmware/efi", sysfs) ? FIRMWARE_UEFI : FIRMWARE_BIOS;
	if (!sysfs_exists("%s/block", sysfs) && !sysfs_exists("%s/class", sysfs))
		return err_set(err, ERR_IO, sysfs,
			       "not a sysfs folder: it has neither block nor class");
	probe_bios(machine, sysfs, arena);
	if (probe_disks(machine, sysfs, arena, err) < 0 ||
	    probe_controllers(machine, sysfs, arena, err) < 0)
		return -1;
	return probe_nics(machine, sysfs, arena, err);
}

int machine_in_memory(const char *command, struct err *err)
{
	struct statfs root;

	if (statfs("/", &root))
		return err_sys(err, ERR_IO, "/", "cannot look at the root filesystem");
	if (root.f_type != RAMFS_MAGIC && root.f_type != TMPFS_MAGIC)
		return err_set(
			err, ERR_USAGE, "/",
			"`newroot %s` works on the disks of a machine whose own system is in memory, "
			"as PXE boots it; on other machines use `newroot check` or `newroot plan`",
			command);
	return 0;
}
