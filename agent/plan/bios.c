/* Is the job's boot disk the one that the BIOS starts from? The BIOS tells more or less; each thing that it tells leaves fewer disks. */
#include <stdio.h>
#include <string.h>

#include "plan/parts.h"

/* The last PCI function in a location is the controller. */
static bool same_pci(const struct bios_disk *bios, const struct disk *disk)
{
	const char *at = strstr(disk->location, bios->pci), *end;

	if (!at)
		return false;
	end = at + strlen(bios->pci);
	return (*end == '/' || *end == '\0') && !(*end && strchr(end, '.'));
}

static bool same_port(const struct bios_disk *bios, const struct disk *disk)
{
	return strstr(disk->location, bios->port) != NULL;
}

static bool same_signature(const struct bios_disk *bios, const struct disk *disk)
{
	return disk->mbr_signature == bios->mbr_signature;
}

static bool same_size(const struct bios_disk *bios, const struct disk *disk)
{
	return disk->size / 512 == bios->sectors ||
	       disk->size / disk->logical_sector == bios->sectors;
}

/* Keep those of `candidates` that fit. What fits none is a BIOS's mistake, or has changed since it was asked. */
static void keep(const struct machine *machine, bool *candidates,
		 bool (*fits)(const struct bios_disk *, const struct disk *))
{
	size_t count = 0;

	for (size_t i = 0; i < machine->disk_count; i++)
		count += candidates[i] && fits(&machine->bios_disk, &machine->disks[i]);
	for (size_t i = 0; count && i < machine->disk_count; i++)
		candidates[i] = candidates[i] && fits(&machine->bios_disk, &machine->disks[i]);
}

static void keep_all_that_fit(const struct machine *machine, bool *candidates)
{
	const struct bios_disk *bios = &machine->bios_disk;

	for (size_t i = 0; i < machine->disk_count; i++)
		candidates[i] = true;
	if (*bios->pci)
		keep(machine, candidates, same_pci);
	if (*bios->port)
		keep(machine, candidates, same_port);
	if (bios->mbr_signature)
		keep(machine, candidates, same_signature);
	if (bios->sectors)
		keep(machine, candidates, same_size);
}

static const char *list(const struct plan *plan, const bool *candidates)
{
	const char *text = "";

	for (size_t i = 0; i < plan->machine->disk_count; i++) {
		const struct disk *disk = &plan->machine->disks[i];

		if (candidates[i])
			text = arena_printf(plan->arena, "%s%s%s (order %zu%s%s)", text,
					    *text ? " or " : "", disk->path, i,
					    *disk->serial ? ", serial " : "", disk->serial);
	}
	return text;
}

void plan_check_bios(const struct plan *plan, struct err_list *errors)
{
	const struct machine *machine = plan->machine;
	const struct disk *boot = plan->disks[0].disk;
	bool *candidates = arena_array(plan->arena, machine->disk_count, sizeof(*candidates));
	struct err err = ERR_INIT;

	keep_all_that_fit(machine, candidates);
	if (candidates[boot - machine->disks])
		return;
	err_set(&err, ERR_MACHINE_BOOT_DISK, "/disks/boot",
		"the BIOS starts from %s, but /boot and GRUB would go to %s; name that disk in disks.boot, or change the VM's boot order",
		list(plan, candidates), boot->path);
	err_list_add(errors, &err);
}
