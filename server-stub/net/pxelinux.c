/*
 * pxelinux, for machines with a BIOS. It asks for pxelinux.cfg/01-MAC, then for other names, then for
 * "default". Format: https://wiki.syslinux.org/wiki/index.php?title=Config
 */
#include <stdbool.h>

#include "net/loader.h"

/* 0 takes PXE out of memory and returns to the BIOS, which goes on with its boot order. */
#define BOOT_DISK "\tLOCALBOOT 0\n"

static void print(FILE *out, const struct boot_entry *entry)
{
	fprintf(out,
		"# Written by newroot-server, for %s.\nDEFAULT newroot\nPROMPT 0\nLABEL newroot\n",
		entry->about);
	if (entry->disk)
		fputs(BOOT_DISK, out);
	else
		fprintf(out,
			"\tKERNEL " LOADER_KERNEL "\n\tINITRD " LOADER_INITRD "," DATA_SITE_IMAGE
			"\n"
			"\tAPPEND%s\n\tIPAPPEND 2\n",
			entry->words);
}

const struct loader loader_pxelinux = {
	.prefix = "01-",
	.suffix = "",
	.unknown = "default",
	.print = print,
};
