/*
 * Boot loaders, one file each: how an entry of theirs is called and what stands in it. Entries lie in a
 * folder below boot/; net_sync() writes them. docs/boot.md describes how each loader finds its own.
 */
#ifndef SERVER_NET_LOADER_H
#define SERVER_NET_LOADER_H

#include <stdio.h>

#include "site/data.h"

#define LOADER_KERNEL "vmlinuz"
#define LOADER_INITRD "initrd.img"

/* What one entry says. */
struct boot_entry {
	const char *about; /* for a comment: "the VM db1" */
	const char *words; /* kernel parameters without BOOTIF, each with a space before it */
	const char *mac;   /* of the VM, with dashes; NULL: the one that boots */
	bool disk;         /* boot from the local disk: `words` isn't used */
};

struct loader {
	const char *prefix, *suffix; /* of a VM's file, around its MAC with dashes */
	const char *unknown;         /* the file for VMs that nobody added */
	void (*print)(FILE *out, const struct boot_entry *entry);
	const char *start; /* a file that leads to the others; NULL: none is needed */
	const char *start_text;
};

extern const struct loader loader_pxelinux, loader_ipxe, loader_grub;

/* Each at the index of its folder in struct data. */
extern const struct loader *const loaders[DATA_LOADERS];

#endif
