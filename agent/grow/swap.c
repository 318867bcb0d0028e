/* Swap: taken out of use, its header told of the new size, and used again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include "base/limits.h"
#include "grow/contents.h"
#include "job/job.h"
#include "steps/blockdev.h"
#include "steps/swap_header.h"

#define LINE_BYTES 4096
#define TEXT_MAX   32 /* of size_text() */

/* A row of /proc/swaps; its sizes are KiB. */
struct area {
	bool is_used;
	uint64_t used;
	int priority;
};

static bool is_device(const char *path, dev_t device)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode) && st.st_rdev == device;
}

static int find_area(struct area *area, const char *device, struct err *err)
{
	char line[LINE_BYTES], path[LINE_BYTES];
	FILE *file = fopen("/proc/swaps", "re");
	struct area found = {.is_used = true};
	struct stat st;

	*area = (struct area){0};
	if (!file || stat(device, &st)) {
		err_sys(err, ERR_GROW, device, "cannot see whether %s is used", device);
		if (file)
			fclose(file);
		return -1;
	}
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%4095s %*s %*s %" SCNu64 " %d", path, &found.used,
			   &found.priority) == 3 &&
		    is_device(path, st.st_rdev))
			*area = found;
	fclose(file);
	return 0;
}

/* KiB of a row of /proc/meminfo; false: this kernel has none. */
static bool read_memory(const char *name, uint64_t *kib)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, name, strlen(name)) &&
			sscanf(line + strlen(name), ": %" SCNu64, kib) == 1;
	if (file)
		fclose(file);
	return found;
}

/* Before Linux 3.14 it is a guess: of what is cached, half can be had. */
static uint64_t available_memory(void)
{
	uint64_t available = 0, free = 0, cached = 0;

	if (read_memory("MemAvailable", &available))
		return available;
	return read_memory("MemFree", &free) && read_memory("Cached", &cached) ? free + cached / 2
									       : 0;
}

static int check_memory(const struct area *area, const char *device, struct err *err)
{
	const uint64_t available = available_memory();
	char used[TEXT_MAX], there[TEXT_MAX];

	if (!area->is_used || area->used <= available)
		return 0;
	return err_set(
		err, ERR_GROW_REFUSED, device,
		"%s are swapped out to %s, and memory has room for %s: stop something that takes memory, or make a second swap volume",
		size_text(KIB(area->used), used), device, size_text(KIB(available), there));
}

static int read_header(uint8_t page[SWAP_PAGE], const char *device, struct err *err)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return err_sys(err, ERR_GROW, device, "cannot open %s", device);
	got = pread(fd, page, SWAP_PAGE, 0);
	close(fd);
	if (got == SWAP_PAGE)
		return 0;
	return err_set(err, ERR_GROW, device, "cannot read the swap header of %s", device);
}

static int check(struct grow_contents *contents, const char *device, uint64_t size, struct err *err)
{
	uint8_t page[SWAP_PAGE];
	struct area area;

	if (read_header(page, device, err) || swap_header_size(page, &contents->bytes, err) ||
	    find_area(&area, device, err))
		return -1;
	contents->after = size / SWAP_PAGE * SWAP_PAGE;
	if (contents->after < contents->bytes)
		contents->after = contents->bytes;
	return contents->after == contents->bytes ? 0 : check_memory(&area, device, err);
}

/* UUID and label stay: fstab may name it by them. */
static int write_size(const char *device, uint64_t size, struct err *err)
{
	uint8_t page[SWAP_PAGE];
	struct err ignored;
	int fd;

	if (read_header(page, device, err) || swap_header_resize(page, size, err))
		return -1;
	fd = blockdev_claim(device, err);
	if (fd < 0)
		return -1;
	if (pwrite(fd, page, sizeof(page), 0) == (ssize_t)sizeof(page))
		return blockdev_close(fd, device, err);
	err_sys(err, ERR_GROW, device, "cannot write the swap header of %s", device);
	blockdev_close(fd, device, &ignored);
	return -1;
}

/* Priorities below zero are the kernel's own. */
static int use(const char *device, const struct area *area, struct err *err)
{
	const int flags = area->is_used && area->priority >= 0
				  ? SWAP_FLAG_PREFER | (area->priority & SWAP_FLAG_PRIO_MASK)
				  : 0;

	if (swapon(device, flags) == 0)
		return 0;
	return err_sys(err, ERR_GROW, device, "cannot use %s as swap again", device);
}

/* One that was not in use is used from now on: an interruption may be why. */
static int grow(const struct grow_contents *contents, const char *device, struct err *err)
{
	struct err own = ERR_INIT;
	struct area area;
	int ret;

	if (find_area(&area, device, err))
		return -1;
	if (area.is_used && contents->bytes == contents->after)
		return 0;
	if (area.is_used && swapoff(device))
		return err_sys(
			err, ERR_GROW, device,
			"the kernel cannot do without the swap %s at present; it goes on with it",
			device);
	ret = write_size(device, contents->after, err);
	if (use(device, &area, &own))
		ret = ret ? -1 : err_keep(err, &own);
	return ret;
}

static const char *const types[] = {"swap", NULL};

const struct grow_kind grow_swap = {
	.types = types,
	.is_mounted = false,
	.check = check,
	.grow = grow,
};
