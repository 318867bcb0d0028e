#include "os/fstab.h"

#include <stdio.h>
#include <string.h>

/* Filesystems without a disk: systems of that time mount them by fstab (RHEL 5's rc.sysinit does). */
static const char *const diskless[] = {"proc",  "sysfs",       "devpts",     "tmpfs",    "debugfs",
				       "usbfs", "binfmt_misc", "securityfs", "configfs", "cgroup",
				       "nfsd",  "rpc_pipefs",  "hugetlbfs",  "mqueue"};

struct line {
	char spec[256], mount[256], type[64], options[256];
};

static bool parse(const char *text, size_t size, struct line *line)
{
	char copy[1024];

	if (size >= sizeof(copy))
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return sscanf(copy, " %255[^# \t] %255s %63s %255s", line->spec, line->mount, line->type,
		      line->options) == 4;
}

static bool is_diskless(const struct line *line)
{
	for (size_t i = 0; i < sizeof(diskless) / sizeof(*diskless); i++)
		if (!strcmp(line->type, diskless[i]))
			return true;
	return text_lists(line->options, "bind") || text_lists(line->options, "rbind");
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
	struct line line;
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
		if (parse(old, size, &line) && is_diskless(&line) &&
		    !is_mounted_by(entries, count, line.mount))
			text_line(&text, old, size);
	changes_file(changes, FSTAB, &text)->keep_old = true;
	return 0;
}
