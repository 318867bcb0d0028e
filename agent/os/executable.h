/* Would the kernel start it? Rehearsed on the new system's tree, without running anything (elf(5), execve(2)). */
#ifndef NEWROOT_OS_EXECUTABLE_H
#define NEWROOT_OS_EXECUTABLE_H

#include "os/target.h"

/*
 * `path` is a program for x86 that may be executed, and so is its interpreter: the dynamic linker of an ELF
 * program, the first word after "#!" of a script. Errors: ERR_VERIFY.
 */
int executable_check(const struct target *target, const char *path, struct err *err);

#endif
