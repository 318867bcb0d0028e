#include "machine/location.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/sysfs.h"

#define DIGITS "0123456789"

/* Components of a device's path in sysfs whose number the kernel gave out when it found them. */
static const struct numbered {
	const char *prefix;
	const char *kept; /* what of them is said in the location; NULL: nothing */
} numbered[] = {
	{"virtio", NULL},
	{"host", NULL},
	{"target", NULL},
	{"nvme", NULL},
	{"vport-", NULL},
	{"session", NULL},
	{"connection", NULL},
	{"rport-", "rport"},
	{"port-", NULL},
	{"expander-", NULL},
	{"end_device-", "end_device"},
};

struct location {
	char text[PATH_MAX];
	size_t used;
};

static void add(struct location *location, const char *text)
{
	int len = snprintf(location->text + location->used, sizeof(location->text) - location->used,
			   "%s%s", location->used ? "/" : "", text);

	if (len > 0)
		location->used += (size_t)len;
	if (location->used >= sizeof(location->text))
		location->used = sizeof(location->text) - 1;
}

/* "2:0:1:0" (host, channel, target, LUN) without the host: include/scsi/scsi_device.h, sdev_gendev's name. */
static const char *without_host(const char *component)
{
	unsigned host, channel, target;
	unsigned long long lun;
	int end = 0;

	if (sscanf(component, "%u:%u:%u:%llu%n", &host, &channel, &target, &lun, &end) != 4 ||
	    component[end])
		return NULL;
	return strchr(component, ':') + 1;
}

/* "nvme0n2" is namespace 2 of its controller. */
static const char *namespace_of(const char *component)
{
	const char *rest = component + strlen("nvme");

	if (strncmp(component, "nvme", strlen("nvme")))
		return NULL;
	rest += strspn(rest, DIGITS);
	return *rest == 'n' ? rest : NULL;
}

/* A port's number within its controller: "ata3" counts the ports of all controllers in the order they were probed. */
static bool add_ata_port(struct location *location, const char *path, const char *component)
{
	char text[32];
	uint64_t port;

	if (strncmp(component, "ata", 3) || component[3 + strspn(component + 3, DIGITS)])
		return false;
	port = sysfs_number(0, "%s/ata_port/%s/port_no", path, component);
	if (!port)
		return false;
	snprintf(text, sizeof(text), "ata%ju", (uintmax_t)port);
	add(location, text);
	return true;
}

/* The row of a component such as "virtio3" or "end_device-2:0"; NULL: it has no number of the kernel's. */
static const struct numbered *numbered_row(const char *component)
{
	for (size_t i = 0; i < sizeof(numbered) / sizeof(*numbered); i++) {
		size_t len = strlen(numbered[i].prefix);

		if (!strncmp(component, numbered[i].prefix, len) && component[len] &&
		    component[len + strspn(component + len, DIGITS ":-")] == '\0')
			return &numbered[i];
	}
	return NULL;
}

/* After the SCSI host's number, "end_device-2:0" and "rport-2:0-1" count within their controller. */
static void add_numbered(struct location *location, const struct numbered *row,
			 const char *component)
{
	const char *rest = strchr(component, ':');
	char text[SYSFS_TEXT_MAX];

	if (!row->kept)
		return;
	snprintf(text, sizeof(text), "%s%s", row->kept, rest ? rest : "");
	add(location, text);
}

/* `path` ends with `component`. */
static void add_component(struct location *location, const char *path, const char *component)
{
	const struct numbered *row;
	const char *text;

	if ((text = without_host(component)) || (text = namespace_of(component)))
		add(location, text);
	else if (add_ata_port(location, path, component) || !strcmp(component, "nvme"))
		return;
	else if ((row = numbered_row(component)))
		add_numbered(location, row, component);
	else
		add(location, component);
}

/* `path`: that of the device in sysfs; `devices`: the part of it that all have; `end`: the folder behind its place. */
static void read_path(struct location *location, char *path, const char *devices, const char *end)
{
	char *component = path + strlen(devices);

	while (*component++ == '/') {
		char *next = component + strcspn(component, "/");
		char after = *next;

		*next = '\0';
		if (!strcmp(component, end))
			return;
		add_component(location, path, component);
		*next = after;
		component = next;
	}
}

const char *device_location(const char *sysfs, const char *folder, const char *name,
			    struct arena *arena)
{
	struct location location = {.used = 0};
	const char *end = strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder;
	char *devices = realpath(arena_printf(arena, "%s/devices", sysfs), NULL);
	char *path = realpath(arena_printf(arena, "%s/%s/%s", sysfs, folder, name), NULL);

	if (devices && path && !strncmp(path, devices, strlen(devices)))
		read_path(&location, path, devices, end);
	free(devices);
	free(path);
	return arena_strdup(arena, location.text);
}

/* "0000:00:1f.2" or "pci0000:00": fixed width and hexadecimal, so that their bytes order them. */
static bool is_pci(const char *component, size_t len)
{
	return len > 4 && (!strncmp(component, "pci", 3) ||
			   (component[4] == ':' && component[len - 2] == '.'));
}

static int compare_components(const char *left, size_t left_len, const char *right,
			      size_t right_len)
{
	char a[SYSFS_TEXT_MAX], b[SYSFS_TEXT_MAX];

	snprintf(a, sizeof(a), "%.*s", (int)left_len, left);
	snprintf(b, sizeof(b), "%.*s", (int)right_len, right);
	return is_pci(left, left_len) && is_pci(right, right_len) ? strcmp(a, b) : strverscmp(a, b);
}

int location_compare(const char *left, const char *right)
{
	if (!*left || !*right)
		return !*left - !*right;
	while (*left && *right) {
		size_t left_len = strcspn(left, "/"), right_len = strcspn(right, "/");
		int order = compare_components(left, left_len, right, right_len);

		if (order)
			return order;
		left += left_len + (left[left_len] == '/');
		right += right_len + (right[right_len] == '/');
	}
	return !!*left - !!*right;
}
