/* Controllers of disks on PCI, for the machine whose disks are not there. */
#include <stdlib.h>
#include <string.h>

#include "machine/probe.h"
#include "machine/sysfs.h"

#define FOLDER           "bus/pci/devices"
#define MASS_STORAGE     0x01 /* PCI Code and ID Assignment Specification, base class */
#define BASE_CLASS_SHIFT 16

/* The attributes are numbers such as "0x010700". */
static unsigned long read_hexadecimal(const char *sysfs, const char *name, const char *attribute)
{
	char text[SYSFS_TEXT_MAX];

	return sysfs_text(text, "%s/" FOLDER "/%s/%s", sysfs, name, attribute)
		       ? strtoul(text, NULL, 16)
		       : 0;
}

static bool is_controller(const char *sysfs, const char *name)
{
	return read_hexadecimal(sysfs, name, "class") >> BASE_CLASS_SHIFT == MASS_STORAGE;
}

/* Their digits are hexadecimal and of fixed width. */
static int compare_addresses(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void fill_controller(struct controller *controller, const char *sysfs, const char *name,
			    struct arena *arena)
{
	char text[SYSFS_TEXT_MAX];

	controller->pci = name;
	controller->vendor = (uint16_t)read_hexadecimal(sysfs, name, "vendor");
	controller->device = (uint16_t)read_hexadecimal(sysfs, name, "device");
	sysfs_link_name(text, "%s/" FOLDER "/%s/driver", sysfs, name);
	controller->driver = arena_strdup(arena, text);
}

int probe_controllers(struct machine *machine, const char *sysfs, struct arena *arena,
		      struct err *err)
{
	static const struct sysfs_kind kind = {FOLDER, is_controller, compare_addresses};
	const char **names;
	size_t count;

	if (sysfs_pick(&names, &count, sysfs, &kind, arena, err) < 0)
		return -1;
	machine->controllers = arena_array(arena, count, sizeof(*machine->controllers));
	machine->controller_count = count;
	for (size_t i = 0; i < count; i++)
		fill_controller(&machine->controllers[i], sysfs, names[i], arena);
	return 0;
}
