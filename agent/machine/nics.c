/* NICs: Ethernet interfaces with a device behind them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/location.h"
#include "machine/probe.h"
#include "machine/sysfs.h"

#define ARPHRD_ETHER 1 /* linux/if_arp.h */

/* lo, bridges and tunnels have no device; IPoIB and the like have another type. */
static bool usable(const char *sysfs, const char *name)
{
	return sysfs_exists("%s/class/net/%s/device", sysfs, name) &&
	       sysfs_number(0, "%s/class/net/%s/type", sysfs, name) == ARPHRD_ETHER;
}

static int compare_names(const void *left, const void *right)
{
	return strverscmp(*(const char *const *)left, *(const char *const *)right);
}

/* The kernel names NICs in the order in which it finds them. */
static int compare_nics(const void *left, const void *right)
{
	const struct nic *a = left, *b = right;
	int places = location_compare(a->location, b->location);

	return places ? places : strverscmp(a->name, b->name);
}

static void fill_nic(struct nic *nic, const char *sysfs, const char *name, struct arena *arena)
{
	char text[SYSFS_TEXT_MAX];

	nic->name = name;
	nic->location = device_location(sysfs, "class/net", name, arena);
	sysfs_text(text, "%s/class/net/%s/address", sysfs, name);
	snprintf(nic->mac, sizeof(nic->mac), "%.17s", text);
	nic->link = sysfs_number(0, "%s/class/net/%s/carrier", sysfs, name) == 1;
	sysfs_link_name(text, "%s/class/net/%s/device/driver", sysfs, name);
	nic->driver = arena_strdup(arena, text);
	sysfs_text(text, "%s/class/net/%s/device/modalias", sysfs, name);
	nic->modalias = arena_strdup(arena, text);
}

int probe_nics(struct machine *machine, const char *sysfs, struct arena *arena, struct err *err)
{
	static const struct sysfs_kind kind = {"class/net", usable, compare_names};
	const char **names;
	size_t count;

	if (sysfs_pick(&names, &count, sysfs, &kind, arena, err) < 0)
		return -1;
	machine->nics = arena_array(arena, count, sizeof(*machine->nics));
	machine->nic_count = count;
	for (size_t i = 0; i < count; i++)
		fill_nic(&machine->nics[i], sysfs, names[i], arena);
	qsort(machine->nics, count, sizeof(*machine->nics), compare_nics);
	return 0;
}
