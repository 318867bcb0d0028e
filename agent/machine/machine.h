/*
 * What this machine has, read only: disks, NICs, memory, firmware. Probed once; const after.
 */
#ifndef NEWROOT_MACHINE_MACHINE_H
#define NEWROOT_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum firmware { FIRMWARE_BIOS, FIRMWARE_UEFI };

struct disk {
	const char *path; /* "/dev/sdb", in this boot */
	const char *
		counted_path; /* "/dev/sda": its name if all were found in the order of their locations */
	const char *name;     /* kernel name "sda" of this boot */
	const char *location; /* where it is plugged (machine/location.h), "" when unknown */
	const char *serial;   /* "" when there is none */
	const char *wwn;      /* "" when there is none */
	const char *model;    /* "" when there is none */
	const char *driver;   /* kernel driver of its controller, "" when unknown */
	const char *
		modalias; /* of its controller, "" when unknown: finds the module for the slim initrd */
	uint64_t size;           /* bytes */
	uint32_t logical_sector; /* bytes */
	uint32_t physical_sector;
	uint32_t
		mbr_signature; /* of a disk with an MBR, when the BIOS tells that of its own; else 0 */
	bool read_only;
};

/* The disk that the BIOS starts from, as it tells (EDD, INT 13h); what it does not tell is "" or 0. */
struct bios_disk {
	const char *pci;  /* function of its controller: "0000:00:1f.2" */
	const char *port; /* of an IDE controller, as the end of a location: "ata1/0:0:0" */
	uint64_t sectors; /* of 512 bytes or of the disk's own size */
	uint32_t mbr_signature;
};

/* A PCI function that disks hang on, or should. */
struct controller {
	const char *pci; /* "0000:00:05.0", as in the location of its disks */
	uint16_t vendor, device;
	const char *driver; /* "": the kernel has none for it */
};

struct nic {
	const char *name;     /* "eth0" */
	const char *location; /* where it is plugged (machine/location.h), "" when unknown */
	char mac[18];         /* "52:54:00:12:34:56" */
	const char *driver;
	const char *modalias; /* "" when unknown: finds the module for the slim initrd */
	bool link;
};

struct machine {
	struct disk *
		disks; /* sd/vd/xvd/nvme… whole disks that can be written, in the order of their locations: */
	size_t disk_count; /* no removable media, loop, ram, zram, dm, md, optical */
	struct controller
		*controllers; /* in the order of their addresses, those without a disk too */
	size_t controller_count;
	struct nic *nics; /* in the order of their locations, too */
	size_t nic_count;
	uint64_t memory; /* bytes */
	enum firmware firmware;
	struct bios_disk bios_disk;
	const char *kernel_release; /* of the running kernel */
};

/*
 * Probe `sysfs` ("/sys"; tests give a folder). Everything is allocated in `arena`.
 * Errors: ERR_IO when sysfs can't be read. No disks at all is not an error here.
 */
int machine_probe(struct machine *machine, const char *sysfs, struct arena *arena, struct err *err);

/*
 * The guard against wiping an operator's own machine: is its root filesystem in memory, as that of the system that
 * PXE booted? `command` is for the message. Errors: ERR_USAGE when not, ERR_IO.
 */
int machine_in_memory(const char *command, struct err *err);

#endif
