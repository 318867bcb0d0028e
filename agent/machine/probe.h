/* The parts of machine_probe(), each with the contract of machine.h. */
#ifndef NEWROOT_MACHINE_PROBE_H
#define NEWROOT_MACHINE_PROBE_H

#include "machine/machine.h"

int probe_disks(struct machine *machine, const char *sysfs, struct arena *arena, struct err *err);
int probe_controllers(struct machine *machine, const char *sysfs, struct arena *arena,
		      struct err *err);
void probe_bios(struct machine *machine, const char *sysfs, struct arena *arena);
int probe_nics(struct machine *machine, const char *sysfs, struct arena *arena, struct err *err);

#endif
