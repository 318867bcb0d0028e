#include "os/volume_nodes.h"

static bool has_tools(const struct target *target)
{
	static const char *const tools[] = {"/sbin/lvm",         "/usr/sbin/lvm",
					    "/sbin/lvm.static",  "/sbin/dmsetup",
					    "/usr/sbin/dmsetup", "/sbin/dmsetup.static"};

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (target_exists(target, tools[i]))
			return true;
	return false;
}

int volume_nodes_render(struct changes *changes, const struct init_dialect *init, struct err *err)
{
	return !init->nodes || has_tools(changes->target) ? 0 : init->nodes(changes, err);
}
