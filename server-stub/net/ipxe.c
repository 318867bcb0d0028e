/*
 * iPXE, which is the network ROM of QEMU and of some clouds. DHCP names the start script; that one
 * asks for the entry of the MAC. Format: https://ipxe.org/scripting
 */
#include <stdbool.h>

#include "net/loader.h"

/* Replaced, not called: what an entry of a VM ends with must never lead on to the default one. */
static const char start[] = "#!ipxe\n"
			    "# Written by newroot-server: leads to the entry of this MAC.\n"
			    "chain --replace ${netX/mac:hexhyp}.ipxe ||\n"
			    "chain --replace default.ipxe\n";

/*
 * On a BIOS the first disk by its number, which needs no place in the boot order; else, and where the
 * BIOS has hidden the disk, the next device of the order. An EFI goes on only after an error, hence 1.
 */
static const char boot_disk[] =
	"iseq ${platform} pcbios && sanboot --no-describe --drive 0x80 ||\nexit 1\n";

static void print(FILE *out, const struct boot_entry *entry)
{
	fprintf(out, "#!ipxe\n# Written by newroot-server, for %s.\n", entry->about);
	if (entry->disk) {
		fputs(boot_disk, out);
		return;
	}
	/* The kernel itself loads what "initrd=" names when it was started by an EFI. */
	fprintf(out,
		"kernel /" LOADER_KERNEL "%s BOOTIF=01-%s initrd=" LOADER_INITRD
		" initrd=" DATA_SITE_IMAGE "\n"
		"initrd /" LOADER_INITRD "\ninitrd /" DATA_SITE_IMAGE "\nboot\n",
		entry->words, entry->mac ? entry->mac : "${netX/mac:hexhyp}");
}

const struct loader loader_ipxe = {
	.prefix = "",
	.suffix = ".ipxe",
	.unknown = "default.ipxe",
	.print = print,
	.start = DATA_IPXE_START,
	.start_text = start,
};
