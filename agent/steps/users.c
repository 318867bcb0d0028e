#include "steps/users.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define LINE_BYTES 4096 /* a mount point's path, and options */

static bool among(dev_t device, const dev_t *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (devices[i] == device)
			return true;
	return false;
}

static dev_t device_at(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode) ? st.st_rdev : 0;
}

static void add_user(const char *device, const char *use, struct err_list *errors)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_MACHINE_BUSY, device, "%s", use);
	err_list_add(errors, &err);
}

/* proc(5): ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS … - TYPE SOURCE …. */
static void take_mount(const char *line, const dev_t *devices, size_t count,
		       struct err_list *errors)
{
	char mount[512], source[256], use[700];
	const char *dash = strstr(line, " - ");
	unsigned major_number, minor_number;

	if (sscanf(line, "%*u %*u %u:%u %*s %511s", &major_number, &minor_number, mount) != 3)
		return;
	if (!dash || sscanf(dash + 3, "%*s %255s", source) != 1)
		return;
	/* btrfs shows a made-up number, so its source counts as well. */
	if (!among(makedev(major_number, minor_number), devices, count) &&
	    !among(device_at(source), devices, count))
		return;
	snprintf(
		use, sizeof(use),
		"is mounted on %s; unmount it first (`newroot rescue umount` does so for /newroot)",
		mount);
	add_user(source, use, errors);
}

/* proc(5): a head line, then FILE TYPE SIZE USED PRIORITY. */
static void take_swap(const char *line, const dev_t *devices, size_t count, struct err_list *errors)
{
	char path[256];

	if (sscanf(line, "%255s", path) == 1 && among(device_at(path), devices, count))
		add_user(path, "is used as swap; switch it off (`swapoff`)", errors);
}

static void each_line(const char *path,
		      void (*take)(const char *, const dev_t *, size_t, struct err_list *),
		      const dev_t *devices, size_t count, struct err_list *errors)
{
	FILE *file = fopen(path, "re");
	char line[LINE_BYTES];
	struct err err = ERR_INIT;

	if (!file) {
		err_sys(&err, ERR_IO, path, "cannot see what is in use");
		err_list_add(errors, &err);
		return;
	}
	while (fgets(line, sizeof(line), file))
		take(line, devices, count, errors);
	fclose(file);
}

void users_find(const dev_t *devices, size_t count, const char *mountinfo, const char *swaps,
		struct err_list *errors)
{
	each_line(mountinfo, take_mount, devices, count, errors);
	each_line(swaps, take_swap, devices, count, errors);
}
