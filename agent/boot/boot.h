/*
 * The life as PID 1 of an installed system's slim initrd: load modules, find and mount the root filesystem, become
 * its init. Needs nothing of the target, and nothing of the kernel that 2.6.18 had not.
 */
#ifndef NEWROOT_BOOT_BOOT_H
#define NEWROOT_BOOT_BOOT_H

/* `argv` is what the kernel gave /init: argv[1] and on are for the target's init. Does not return. */
_Noreturn void boot_run(char **argv);

#endif
