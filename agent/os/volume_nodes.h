/* Nodes of volumes in a system that makes none itself: old starts mount an empty /dev over the one that the initrd hands on. */
#ifndef NEWROOT_OS_VOLUME_NODES_H
#define NEWROOT_OS_VOLUME_NODES_H

#include "os/dialect.h"

/* In a shell: the agent makes nodes, from wherever it can be reached before /usr is mounted. */
#define VOLUME_NODES_COMMAND                                                                       \
	"if [ -x " NEWROOT_PROGRAM " ]; then " NEWROOT_PROGRAM " nodes; else " NEWROOT_EARLY       \
	" nodes; fi\n"

/* Have the init system do so, where the new system has neither LVM's tools nor device-mapper's. Errors: ERR_CONFIGURE. */
int volume_nodes_render(struct changes *changes, const struct init_dialect *init, struct err *err);

#endif
