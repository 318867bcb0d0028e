/*
 * The folder /dev/VG, in which LVM makes links to the LVs. vgcreate refuses a name that is in /dev already, a folder as well, but
 * only after the disks were wiped.
 */
#ifndef NEWROOT_STEPS_VG_FOLDER_H
#define NEWROOT_STEPS_VG_FOLDER_H

#include "base/err.h"

/*
 * Before anything is written: nothing of the name is in `dev` ("/dev"), or a folder that an old VG left, with links to
 * volumes or nothing in it. Errors: ERR_JOB_VALUE, ERR_IO.
 */
int vg_folder_check(const char *dev, const char *vg, struct err *err);

/* Once the old volumes are gone: removes such a folder, if there is one. Errors as before, and ERR_LVM. */
int vg_folder_remove(const char *dev, const char *vg, struct err *err);

#endif
