#include "job/form.h"

#include <string.h>

#define LVM_NAME_MAX 127 /* lvm2 lib/misc/lvm-string.h: NAME_LEN 128 with the NUL */
#define LVM_CHARS    ALNUM "+_.-"

static bool is_lvm_name(const char *text)
{
	return made_of(text, LVM_CHARS, LVM_NAME_MAX) && text[0] != '-' && strcmp(text, ".") &&
	       strcmp(text, "..");
}

/* lvm(8), VALID NAMES, and lvm2 lib/misc/lvm-string.c. */
static bool is_reserved_lv(const char *text)
{
	static const char *const prefixes[] = {"snapshot", "pvmove"};
	static const char *const parts[] = {
		"_cdata",  "_cmeta", "_corig",  "_cpool",   "_cvol",    "_wcorig",
		"_mimage", "_mlog",  "_rimage", "_rmeta",   "_tdata",   "_tmeta",
		"_vdata",  "_imeta", "_iorig",  "_pmspare", "_vorigin",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(text, prefixes[i], strlen(prefixes[i])))
			return true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(text, parts[i]))
			return true;
	return false;
}

static bool is_lv_name(const char *text)
{
	return is_lvm_name(text) && !is_reserved_lv(text);
}

const struct form form_lv_name = {
	"a name for LVM: letters, digits and +_.- (at most 127, no - first), not starting with "
	"snapshot or pvmove, without LVM's own _mlog, _mimage, _rimage, _tdata and their like",
	is_lv_name,
};

/* vgcreate refuses a name that already is in /dev, but only after the disks were wiped. */
static bool is_in_dev(const char *text)
{
	static const char *const names[] = {
		"block",  "bsg",  "bus",     "char",         "console", "core",      "cpu",
		"disk",   "dri",  "fd",      "full",         "fuse",    "hugepages", "hvc0",
		"input",  "kmsg", "log",     "loop-control", "mapper",  "mem",       "mqueue",
		"net",    "null", "nvram",   "port",         "ppp",     "ptmx",      "pts",
		"random", "rtc",  "rtc0",    "shm",          "snd",     "stderr",    "stdin",
		"stdout", "tty",  "urandom", "vfio",         "zero",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i]))
			return true;
	return false;
}

static bool is_vg_name(const char *text)
{
	return is_lvm_name(text) && !is_in_dev(text);
}

const struct form form_vg_name = {
	"a name for LVM: letters, digits and +_.- (at most 127, no - first) that /dev does not have already",
	is_vg_name,
};

/* How long one may be depends on the filesystem; no blanks, for fstab and GRUB. */
static bool is_label(const char *text)
{
	return made_of(text, ALNUM "+_./:@-", 16);
}

const struct form form_label = {
	"a label: letters, digits and +_./:@-, at most 16 (xfs 12, swap 15)",
	is_label,
};

static bool is_device(const char *text)
{
	static const char dev[] = "/dev/";

	return !strncmp(text, dev, sizeof(dev) - 1) &&
	       made_of(text + sizeof(dev) - 1, ALNUM "+_./:@-", 128) && !strstr(text, "/.") &&
	       !strstr(text, "//") && text[strlen(text) - 1] != '/';
}

const struct form form_device = {"the path of a disk, such as \"/dev/sdb\"", is_device};

static bool is_disk_id(const char *text)
{
	return is_printable(text, true, 128) && text[0] != ' ' && text[strlen(text) - 1] != ' ';
}

const struct form form_disk_id = {
	"1 to 128 printable characters, as in /sys/block or `lsblk -o NAME,SERIAL,WWN`",
	is_disk_id,
};

/* logdev=/dev/sdc, rtdev=, -J device=: mkfs would write to a disk that is not in the plan. */
static bool is_mkfs_word(const char *text)
{
	return is_printable(text, true, 256) && !strchr(text, '/') && !strstr(text, "dev=") &&
	       !strstr(text, "device=");
}

const struct form form_mkfs_word = {
	"one word of mkfs's command line, such as \"-m\" or \"reflink=0\", that names no path and no other device",
	is_mkfs_word,
};

/* One word of fstab, fstab(5); a comma needs an option at both sides. */
static bool is_mount_options(const char *text)
{
	return is_printable(text, false, 256) && text[0] != ',' && !strstr(text, ",,") &&
	       text[strlen(text) - 1] != ',';
}

const struct form form_mount_options = {
	"mount options without blanks, such as \"noatime,nodev\"",
	is_mount_options,
};
