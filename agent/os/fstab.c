#include "os/fstab.h"

#include <string.h>

#include "os/fstab_line.h"

/* Filesystems without a disk: systems of that time mount them by fstab (RHEL 5's rc.sysinit does). */
static const char *const diskless[] = {
	"proc",        "sysfs",      "devpts",    "tmpfs",   "debugfs", "usbfs",
	"binfmt_misc", "securityfs", "configfs",  "cgroup",  "nfsd",    "rpc_pipefs",
	"hugetlbfs",   "mqueue",     "devtmpfs",  "ramfs",   "cgroup2", "cpuset",
	"fusectl",     "pstore",     "selinuxfs", "tracefs", "bpf",     "usbdevfs"};

static bool is_diskless(const struct fstab_line *line)
{
	for (size_t i = 0; i < sizeof(diskless) / sizeof(*diskless); i++)
		if (!strcmp(line->type, diskless[i]))
			return true;
	return text_lists(line->options, "bind") || text_lists(line->options, "rbind");
}

/* A swap file or an image of the old system's own: no disk, and it has come with the archive, or it has not. */
static bool is_file(const struct fstab_line *line)
{
	return line->spec[0] == '/' && strncmp(line->spec, "/dev/", 5) != 0;
}

/* swapon(8) refuses holes, which an unpack makes of blocks of zeros. */
static bool is_usable(const struct changes *changes, const struct fstab_line *line)
{
	const bool swap = !strcmp(line->type, "swap");
	const char *lack = "is not in the new system";
	struct stat st;

	if (target_stat(changes->target, line->spec, &st) && S_ISREG(st.st_mode)) {
		if (!swap || st.st_blocks >= (st.st_size + 511) / 512)
			return true;
		lack = "has holes";
	}
	changes_note(changes, "fstab: the old line of %s is left out: %s %s",
		     swap ? "swap" : line->mount, line->spec, lack);
	return false;
}

static bool is_mounted_by(const struct fstab_entry *entries, size_t count, const char *mount)
{
	for (size_t i = 0; i < count; i++)
		if (entries[i].mount && !strcmp(entries[i].mount, mount))
			return true;
	return false;
}

/* xfs is checked by its log at mount; fsck.xfs(8) does nothing, nor does Debian's fsck.nfs. */
static unsigned pass_of(struct changes *changes, const struct fstab_entry *entry)
{
	const char *fsck = arena_printf(changes->arena, "/sbin/fsck.%s", entry->type);

	if (!entry->mount || !strcmp(entry->type, "xfs") || !strcmp(entry->type, "nfs") ||
	    !target_exists(changes->target, fsck))
		return 0;
	return strcmp(entry->mount, "/") ? 2 : 1;
}

int fstab_render(struct changes *changes, const struct fstab_entry *entries, size_t count,
		 struct err *err)
{
	struct text text = {.arena = changes->arena};
	const char *rest, *old;
	struct fstab_line line;
	size_t size;

	if (target_read(changes->target, FSTAB, changes->arena, &rest, NULL, err))
		return -1;
	text_printf(
		&text,
		"# Written by newroot at installation; fstab.premigration is the old one, if there was one.\n"
		"# <file system>\t<mount point>\t<type>\t<options>\t<dump>\t<pass>\n");
	for (size_t i = 0; i < count; i++)
		text_printf(&text, "%s\t%s\t%s\t%s\t0\t%u\n", entries[i].spec,
			    entries[i].mount ? entries[i].mount : "none", entries[i].type,
			    entries[i].options, pass_of(changes, &entries[i]));
	while (rest && text_next(&rest, &old, &size))
		if (fstab_line_parse(&line, old, size, changes->arena) &&
		    (is_diskless(&line) || (is_file(&line) && is_usable(changes, &line))) &&
		    !is_mounted_by(entries, count, line.mount))
			text_line(&text, old, size);
	changes_file(changes, FSTAB, &text)->keep_old = true;
	return 0;
}
