/* The disks that a boot in mode plan showed to a person, compared with those that an installation would erase. */
#ifndef NEWROOT_PLAN_SHOWN_H
#define NEWROOT_PLAN_SHOWN_H

#include <jansson.h>

#include "plan/plan.h"

/*
 * [{"role": "boot", "path": "/dev/sda", "place": "pci…", "serial": "", "wwn": "", "size": 1}, …], all disks of the plan in its
 * order; a new reference, or NULL without memory. docs/server.md describes it.
 */
json_t *plan_shown_json(const struct plan *plan);

/*
 * Adds to `errors` each role that another disk has now, or none (ERR_PLAN_DISKS). A disk is told by its size, serial, WWN and
 * place; its name is the kernel's, of one boot. `shown`: such an array.
 */
void plan_check_shown(const struct plan *plan, const json_t *shown, struct err_list *errors);

#endif
