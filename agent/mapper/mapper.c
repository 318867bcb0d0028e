#include "mapper/mapper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LIST_BYTES                                                                                 \
	(64 * 1024) /* 400 devices with names of usual length; a kernel has some thirty targets */
#define NAME       "device-mapper" /* in /proc/misc */
#define MISC_MAJOR 10
#define PATH_BYTES 512

union request {
	struct dm_ioctl head;
	char bytes[LIST_BYTES];
};

/* Version 4.0.0 of the interface is that of every kernel since 2.6.0. */
static void prepare(union request *request)
{
	memset(request, 0, sizeof(*request));
	request->head.version[0] = DM_VERSION_MAJOR;
	request->head.data_size = sizeof(*request);
	request->head.data_start = sizeof(request->head);
}

/* What the kernel has written behind the head; NULL: nothing that can be read. */
static const char *answer_of(const union request *request, size_t *size)
{
	const uint32_t start = request->head.data_start;

	if (start < sizeof(request->head) || start >= sizeof(*request) ||
	    request->head.flags & DM_BUFFER_FULL_FLAG)
		return NULL;
	*size = sizeof(*request) - start;
	return request->bytes + start;
}

/* The minor number is the kernel's choice before 2.6.36. */
static bool control_number(unsigned *minor_number)
{
	FILE *file = fopen("/proc/misc", "re");
	char name[64];
	bool found = false;

	while (file && !found && fscanf(file, "%u %63s", minor_number, name) == 2)
		found = !strcmp(name, NAME);
	if (file)
		fclose(file);
	return found;
}

static int open_control(const char *dev)
{
	char folder[PATH_BYTES], path[PATH_BYTES];
	unsigned minor_number;
	int fd;

	snprintf(folder, sizeof(folder), "%s/" DM_DIR, dev);
	snprintf(path, sizeof(path), "%s/" DM_DIR "/" DM_CONTROL_NODE, dev);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT || !control_number(&minor_number))
		return fd;
	if ((mkdir(folder, 0755) && errno != EEXIST) ||
	    (mknod(path, S_IFCHR | 0600, makedev(MISC_MAJOR, minor_number)) && errno != EEXIST))
		return -1;
	return open(path, O_RDWR | O_CLOEXEC);
}

/* `list`: struct dm_target_versions, each with the offset of the next one, 0 in the last. */
static bool lists(const char *list, size_t size, const char *target)
{
	struct dm_target_versions version;

	while (size > sizeof(version)) {
		memcpy(&version, list, sizeof(version));
		if (!strncmp(list + sizeof(version), target, size - sizeof(version)))
			return true;
		if (!version.next || version.next > size)
			return false;
		list += version.next;
		size -= version.next;
	}
	return false;
}

bool mapper_has_target(const char *name)
{
	static union request request;
	int fd = open_control("/dev");
	const char *list = NULL;
	size_t size;

	if (fd < 0)
		return false;
	prepare(&request);
	if (ioctl(fd, DM_LIST_VERSIONS, &request) == 0)
		list = answer_of(&request, &size);
	close(fd);
	return list && lists(list, size, name);
}

/* The kernel's own form of a number in 64 bits: huge_encode_dev(). */
static dev_t decode(uint64_t number)
{
	return makedev((number & 0xfff00) >> 8, (number & 0xff) | ((number >> 12) & 0xfff00));
}

/* One that has gone since it was listed is none. */
static int ask_device(int fd, const char *name, struct mapper_device *device)
{
	static union request request;

	prepare(&request);
	snprintf(request.head.name, sizeof(request.head.name), "%s", name);
	if (ioctl(fd, DM_DEV_STATUS, &request))
		return -1;
	*device = (struct mapper_device){.number = decode(request.head.dev)};
	snprintf(device->name, sizeof(device->name), "%.*s", (int)sizeof(request.head.name),
		 request.head.name);
	snprintf(device->uuid, sizeof(device->uuid), "%.*s", (int)sizeof(request.head.uuid),
		 request.head.uuid);
	return 0;
}

/* `list`: struct dm_name_list, each with the offset of the next one; the first has no number when there is none. */
static int walk(int fd, const char *list, size_t size,
		int (*each)(void *ctx, const struct mapper_device *device, struct err *err),
		void *ctx, struct err *err)
{
	const size_t head = offsetof(struct dm_name_list, name);

	while (size > head) {
		struct mapper_device device;
		struct dm_name_list item;
		char name[DM_NAME_LEN];

		memcpy(&item, list, head);
		if (!item.dev)
			return 0;
		snprintf(name, sizeof(name), "%.*s", (int)(size - head), list + head);
		if (ask_device(fd, name, &device) == 0 && each(ctx, &device, err))
			return -1;
		if (!item.next || item.next > size)
			return 0;
		list += item.next;
		size -= item.next;
	}
	return 0;
}

int mapper_each(const char *dev,
		int (*each)(void *ctx, const struct mapper_device *device, struct err *err),
		void *ctx, struct err *err)
{
	static union request request;
	const char *list = NULL;
	size_t size = 0;
	unsigned ignored;
	int fd, ret = -1;

	if (!control_number(&ignored))
		return 0;
	fd = open_control(dev);
	if (fd < 0)
		return err_sys(err, ERR_NODES, dev, "cannot open device-mapper's control node");
	prepare(&request);
	if (ioctl(fd, DM_LIST_DEVICES, &request) == 0)
		list = answer_of(&request, &size);
	if (list)
		ret = walk(fd, list, size, each, ctx, err);
	else
		err_sys(err, ERR_NODES, dev, "device-mapper does not list its devices");
	close(fd);
	return ret;
}
