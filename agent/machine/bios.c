/* What the BIOS tells of its first disk: drivers/firmware/edd.c shows it in sysfs, asked by the kernel before it started. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/probe.h"
#include "machine/sysfs.h"

#define FIRST_DISK                                                                                 \
	"firmware/edd/int13_dev80" /* the BIOS starts from 80h: BIOS Boot Specification 1.01, 3.2 */

/*
 * "channel: 1" of host_bus and "device: 0" of interface name the port of an IDE controller; other interfaces are not
 * asked: SeaBIOS gives zeros there for SCSI.
 */
static const char *port_of_ata(const char *sysfs, struct arena *arena)
{
	char bus[SYSFS_TEXT_MAX], interface[SYSFS_TEXT_MAX];
	unsigned channel, device;
	const char *place;

	sysfs_text(bus, "%s/" FIRST_DISK "/host_bus", sysfs);
	sysfs_text(interface, "%s/" FIRST_DISK "/interface", sysfs);
	if (strncmp(interface, "ATA ", 4))
		return "";
	place = strstr(bus, "channel: ");
	if (!place || sscanf(place, "channel: %u", &channel) != 1)
		return "";
	place = strstr(interface, "device: ");
	if (!place || sscanf(place, "device: %u", &device) != 1)
		return "";
	/* As machine/location.h has it. */
	return arena_printf(arena, "ata%u/0:%u:0", channel + 1, device);
}

static uint32_t signature(const char *sysfs)
{
	char text[SYSFS_TEXT_MAX];

	return sysfs_text(text, "%s/" FIRST_DISK "/mbr_signature", sysfs)
		       ? (uint32_t)strtoul(text, NULL, 16)
		       : 0;
}

void probe_bios(struct machine *machine, const char *sysfs, struct arena *arena)
{
	struct bios_disk *disk = &machine->bios_disk;
	char text[SYSFS_TEXT_MAX];

	sysfs_link_name(text, "%s/" FIRST_DISK "/pci_dev", sysfs);
	disk->pci = arena_strdup(arena, text);
	disk->port = port_of_ata(sysfs, arena);
	disk->sectors = sysfs_number(0, "%s/" FIRST_DISK "/sectors", sysfs);
	disk->mbr_signature = signature(sysfs);
}
