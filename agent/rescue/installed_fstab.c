#include "rescue/installed_fstab.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/file.h"
#include "base/limits.h"
#include "os/fstab_line.h"
#include "os/text.h"

#define ENTRIES_MAX 256 /* JOB_LIST_MAX volumes are more than anyone mounts */

struct entry {
	const char *spec, *dir, *type;
	bool read_only;
	size_t order;
};

static bool on_block_device(const struct fstab_line *line)
{
	return !strncmp(line->spec, "/dev/", 5) || !strncmp(line->spec, "UUID=", 5) ||
	       !strncmp(line->spec, "LABEL=", 6);
}

static bool wanted(const struct fstab_line *line)
{
	return on_block_device(line) && line->mount[0] == '/' && strcmp(line->mount, "/") &&
	       strcmp(line->type, "swap") && !text_lists(line->options, "noauto");
}

static size_t read_entries(struct entry *entries, struct arena *arena)
{
	const char *rest = file_text(AT_FDCWD, INSTALLED_FSTAB, TARGET_READ_MAX, arena, NULL);
	struct fstab_line line;
	size_t count = 0;

	while (rest && count < ENTRIES_MAX && fstab_next(&line, &rest, arena)) {
		if (!wanted(&line))
			continue;
		entries[count] = (struct entry){
			.spec = line.spec,
			.dir = line.mount,
			.type = line.type,
			.read_only = text_lists(line.options, "ro"),
			.order = count,
		};
		count++;
	}
	return count;
}

/* A parent's path is shorter than its children's. */
static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	size_t len_a = strlen(a->dir), len_b = strlen(b->dir);

	if (len_a != len_b)
		return len_a < len_b ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* The device behind UUID=, LABEL= or a path; malloc'ed, NULL when there is none. */
static char *find_device(blkid_cache cache, const char *spec)
{
	char name[8];
	const char *equals = strchr(spec, '=');
	const char *value;
	char bare[256];

	if (!equals || *spec == '/')
		return strdup(spec);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - spec), spec);
	value = equals + 1 + (equals[1] == '"');
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(value, "\""), value);
	return blkid_get_devname(cache, name, bare);
}

/* An absolute link in the installed system would lead out of it, into the rescue system. */
static bool stays_inside(const char *place)
{
	char real[PATH_MAX];

	return realpath(place, real) &&
	       !strncmp(real, NEWROOT_MOUNT "/", strlen(NEWROOT_MOUNT "/"));
}

static int mount_entry(blkid_cache cache, const struct entry *entry)
{
	char place[PATH_MAX];
	char *device = find_device(cache, entry->spec);
	const char *problem = NULL;

	snprintf(place, sizeof(place), NEWROOT_MOUNT "%s", entry->dir);
	errno = 0;
	if (!device)
		problem = "no device has it";
	else if (!stays_inside(place))
		problem = errno ? strerror(errno) : "the mount point is a link that leads outside";
	else if (mount(device, place, entry->type, MS_NOATIME | (entry->read_only ? MS_RDONLY : 0),
		       NULL) < 0)
		problem = strerror(errno);
	if (problem)
		printf("FAILED %s on %s (%s): %s\n", entry->spec, entry->dir, entry->type, problem);
	else
		printf("%s on %s (%s)\n", device, entry->dir, entry->type);
	free(device);
	return problem ? -1 : 0;
}

unsigned installed_fstab_mount(void)
{
	struct entry entries[ENTRIES_MAX];
	struct arena arena = {0};
	size_t count = read_entries(entries, &arena);
	blkid_cache cache = NULL;
	unsigned failed = 0;

	/* No cache file: what it remembers may be of the system that was here before. */
	if (blkid_get_cache(&cache, "/dev/null") < 0)
		cache = NULL;
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++)
		failed += mount_entry(cache, &entries[i]) < 0;
	if (cache)
		blkid_put_cache(cache);
	arena_free(&arena);
	return failed;
}
