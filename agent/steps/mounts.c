#include "steps/mounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/arena.h"

#define MOUNTS_MAX      256 /* a job's volumes, and /proc, /sys, /dev of a chroot */
#define TRIES           25
#define PAUSE_US        200000
#define LINE_BYTES      4096
#define SWAPS_MAX       32 /* MAX_SWAPFILES of linux/swap.h */
#define SWAP_PATH_BYTES 256

/* proc(5): blanks, tabs, newlines and backslashes are written as three octal digits. */
static void unescape(char *path)
{
	char *out = path;

	for (char *in = path; *in; out++) {
		if (in[0] == '\\' && in[1] && in[2] && in[3]) {
			*out = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
}

/* At most MOUNTS_MAX mount points in the order of mounting. */
static size_t list_mounts(const char **paths, struct arena *arena)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[LINE_BYTES], path[LINE_BYTES];
	size_t count = 0;

	while (file && count < MOUNTS_MAX && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*s %*s %*s %4095s", path) != 1)
			continue;
		unescape(path);
		paths[count++] = arena_strdup(arena, path);
	}
	if (file)
		fclose(file);
	return count;
}

static bool lies_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) && (path[len] == '\0' || path[len] == '/');
}

bool mounts_have(const char *path)
{
	const char *paths[MOUNTS_MAX];
	struct arena arena = {0};
	size_t count = list_mounts(paths, &arena);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= !strcmp(paths[i], path);
	arena_free(&arena);
	return found;
}

static int undo_one(const char *path, struct err *err)
{
	for (int i = 0; i < TRIES; i++) {
		if (umount2(path, UMOUNT_NOFOLLOW) == 0)
			return 0;
		if (errno != EBUSY)
			break;
		usleep(PAUSE_US);
	}
	return err_sys(err, ERR_MOUNT, path, "cannot unmount it");
}

int mounts_undo(const char *path, struct err *err)
{
	const char *paths[MOUNTS_MAX];
	struct arena arena = {0};
	size_t count = list_mounts(paths, &arena);
	struct err first = ERR_INIT;

	while (count--) {
		struct err own = ERR_INIT;

		if (lies_below(paths[count], path) && undo_one(paths[count], &own) < 0)
			err_keep(&first, &own);
	}
	arena_free(&arena);
	return first.code == ERR_NONE ? 0 : err_keep(err, &first);
}

/* The areas are collected first: the kernel's list changes under the reader. */
int mounts_swapoff(struct err *err)
{
	FILE *file = fopen("/proc/swaps", "re");
	char line[LINE_BYTES], areas[SWAPS_MAX][SWAP_PATH_BYTES];
	size_t count = 0;
	int ret = 0;

	while (file && count < SWAPS_MAX && fgets(line, sizeof(line), file))
		if (*line == '/' && sscanf(line, "%255s", areas[count]) == 1)
			count++;
	if (file)
		fclose(file);
	while (count--)
		if (swapoff(areas[count]) < 0)
			ret = err_sys(err, ERR_MOUNT, areas[count], "cannot switch the swap off");
	return ret;
}
