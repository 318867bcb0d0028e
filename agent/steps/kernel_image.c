#include "steps/kernel_image.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "facts/facts.h"
#include "steps/kernel_find.h"

/* An archive may hold a fifo of that name: not waited for, it reads as empty. */
#define IMAGE_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK)

#define COPY_BYTES 65536
/* Documentation/arch/x86/boot.rst: the setup header's magic, and where its version string is. */
#define SETUP_MAGIC_OFFSET   0x202
#define SETUP_VERSION_OFFSET 0x20e
#define SETUP_BYTES          32768 /* setup sectors, in which the version string lies */

static int copy_contents(int in, int out)
{
	char buffer[COPY_BYTES];
	ssize_t got;

	while ((got = read_all(in, buffer, sizeof(buffer))) > 0)
		if (write_all(out, buffer, (size_t)got))
			return -1;
	return got < 0 ? -1 : 0;
}

static int copy_file(const char *from, const char *to, struct err *err)
{
	int in = open(from, IMAGE_FLAGS), out, ret = -1;

	if (in < 0)
		return err_sys(err, ERR_KERNEL, to, "cannot copy the kernel from %s", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out >= 0) {
		ret = copy_contents(in, out);
		if (close(out))
			ret = -1;
	}
	if (ret)
		err_sys(err, ERR_KERNEL, to, "cannot copy the kernel from %s", from);
	close(in);
	return ret;
}

int kernel_image_check(const char *path, const char *release, struct err *err)
{
	static unsigned char setup[SETUP_BYTES + 1];
	int fd = open(path, IMAGE_FLAGS);
	size_t at, length = strlen(release);
	const char *machine;
	ssize_t got;

	if (fd < 0)
		return err_sys(err, ERR_KERNEL, path, "cannot open the kernel");
	got = read_all(fd, setup, SETUP_BYTES);
	close(fd);
	if (got < SETUP_VERSION_OFFSET + 2 || memcmp(setup + SETUP_MAGIC_OFFSET, "HdrS", 4))
		return err_set(err, ERR_KERNEL, path, "it is no x86 Linux kernel image (bzImage)");
	machine = facts_kernel_machine(setup, (size_t)got);
	if (machine && strcmp(machine, "x86_64") != 0)
		return err_set(
			err, ERR_KERNEL, path,
			"it is a kernel for %s; accepted is one for x86_64, as newroot's own /init is",
			machine);
	at = 0x200 + (size_t)(setup[SETUP_VERSION_OFFSET] | setup[SETUP_VERSION_OFFSET + 1] << 8);
	if (at + length < (size_t)got && strncmp((char *)setup + at, release, length))
		return err_set(
			err, ERR_KERNEL, path,
			"the image says it is '%.64s', the file name %s: they must agree, or its modules are not found",
			(char *)setup + at, release);
	return 0;
}

int kernel_image_ensure(const char *release, struct err *err)
{
	char image[2 * KERNEL_RELEASE_MAX], inner[2 * KERNEL_RELEASE_MAX];

	snprintf(image, sizeof(image), KERNEL_IMAGE_PREFIX "%s", release);
	snprintf(inner, sizeof(inner), KERNEL_INNER_FORMAT, release);
	if (access(image, F_OK) && copy_file(inner, image, err))
		return -1;
	return kernel_image_check(image, release, err);
}
