#include "job/interface_name.h"

#include <string.h>

bool interface_name_is_kernels(const char *name)
{
	return !strncmp(name, "eth", 3) && name[3] &&
	       strspn(name + 3, "0123456789") == strlen(name + 3);
}

bool interface_is_swappable(const struct job_interface *interface)
{
	return interface->mac && interface_name_is_kernels(interface->name);
}

bool interfaces_are_swappable(const struct job_network *network)
{
	for (size_t i = 0; i < network->interface_count; i++)
		if (interface_is_swappable(&network->interfaces[i]))
			return true;
	return false;
}
