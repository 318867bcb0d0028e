/* Volumes go back to their snapshots, before any of them is mounted. */
#ifndef NEWROOT_BOOT_RESET_H
#define NEWROOT_BOOT_RESET_H

/*
 * Do what `newroot rescue reset` has noted in the VG, and what an interrupted reset has left to do. A failure is told on
 * the console and the boot goes on: the volume is as it was, or already reads as reset.
 */
void boot_reset(const char *vg);

#endif
