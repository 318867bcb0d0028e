/* The emergency shell of the slim initrd. */
#ifndef NEWROOT_BOOT_SHELL_H
#define NEWROOT_BOOT_SHELL_H

#include "base/err.h"

/*
 * Say why on the console, open a shell there and return when it ends. Without a shell, or with panic=
 * (`panic_s` seconds, 0: no), there is no return: the machine waits or reboots.
 */
void boot_shell(const char *reason, unsigned panic_s);

#endif
