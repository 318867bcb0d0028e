/*
 * GRUB, for machines with an EFI. It asks for grub.cfg-01-MAC in its folder, unless it was built with a
 * configuration of its own (Debian's signed image), and then for grub.cfg, which looks once more.
 */
#include <stdbool.h>

#include "net/loader.h"

/* The network has no folders to look into: that a file is there shows when it is opened (-s). */
static const char find_own[] =
	"if regexp --set 1:a --set 2:b --set 3:c --set 4:d --set 5:e --set 6:f \\\n"
	"\t'^(..):(..):(..):(..):(..):(..)$' \"$net_default_mac\"; then\n"
	"\tset mac=\"$a-$b-$c-$d-$e-$f\"\n"
	"\tset bootif=\"BOOTIF=01-$mac\"\n"
	"fi\n"
	"if [ -s \"/grub/grub.cfg-01-$mac\" ]; then\n"
	"\tconfigfile \"/grub/grub.cfg-01-$mac\"\n"
	"else\n";

/* The loaders of installed systems, the one for removable media last; then the EFI's boot order. */
static const char boot_disk[] =
	"for file in debian/shimx64 debian/grubx64 ubuntu/shimx64 redhat/shimx64 centos/shimx64 \\\n"
	"\trocky/shimx64 almalinux/shimx64 fedora/shimx64 opensuse/shim sles/shim \\\n"
	"\tgentoo/grubx64 Microsoft/Boot/bootmgfw BOOT/BOOTX64; do\n"
	"\tif search --no-floppy --file --set=esp \"/EFI/$file.efi\"; then\n"
	"\t\tif chainloader \"($esp)/EFI/$file.efi\"; then\n"
	"\t\t\tboot\n"
	"\t\tfi\n"
	"\tfi\n"
	"done\n"
	"exit 1\n";

/* No parameter has a quote in it (boot_parameters_check). */
static void print_words(FILE *out, const char *words)
{
	while (*words) {
		size_t spaces = 0, len;

		while (words[spaces] == ' ')
			spaces++;
		words += spaces;
		len = 0;
		while (words[len] && words[len] != ' ')
			len++;
		if (len)
			fprintf(out, " '%.*s'", (int)len, words);
		words += len;
	}
}

static void print_kernel(FILE *out, const struct boot_entry *entry, const char *indent)
{
	fprintf(out, "%slinux /" LOADER_KERNEL, indent);
	print_words(out, entry->words);
	if (entry->mac)
		fprintf(out, " BOOTIF=01-%s\n", entry->mac);
	else
		fputs(" $bootif\n", out);
	fprintf(out, "%sinitrd /" LOADER_INITRD " /" DATA_SITE_IMAGE "\n%sboot\n", indent, indent);
}

static void print(FILE *out, const struct boot_entry *entry)
{
	fprintf(out, "# Written by newroot-server, for %s.\n", entry->about);
	if (entry->disk) {
		fputs(boot_disk, out);
	} else if (entry->mac) {
		print_kernel(out, entry, "");
	} else {
		fputs(find_own, out);
		print_kernel(out, entry, "\t");
		fputs("fi\n", out);
	}
}

const struct loader loader_grub = {
	.prefix = "grub.cfg-01-",
	.suffix = "",
	.unknown = "grub.cfg",
	.print = print,
};
