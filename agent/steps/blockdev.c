#include "steps/blockdev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/limits.h"

#define TRIES    25
#define PAUSE_US 200000

#define READ_SIZE 4096 /* a multiple of every sector, and a page: open(2), O_DIRECT */

int blockdev_claim(const char *path, struct err *err)
{
	int fd = -1;

	for (int i = 0; i < TRIES; i++) {
		fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != EBUSY)
			return err_sys(err, ERR_IO, path, "cannot open %s for writing", path);
		usleep(PAUSE_US);
	}
	return err_sys(err, ERR_MACHINE_BUSY, path,
		       "cannot have %s for ourselves: something mounted or assembled holds it",
		       path);
}

int blockdev_close(int fd, const char *path, struct err *err)
{
	int synced = fsync(fd), sys = errno;

	if (close(fd) == 0 && synced == 0)
		return 0;
	errno = synced ? sys : errno;
	return err_sys(err, ERR_IO, path, "cannot write %s out", path);
}

int blockdev_zero(int fd, const char *path, uint64_t offset, uint64_t size, struct err *err)
{
	static const char zeros[KIB(64)];

	while (size) {
		size_t part = size < sizeof(zeros) ? (size_t)size : sizeof(zeros);
		ssize_t put = pwrite(fd, zeros, part, (off_t)offset);

		if (put <= 0)
			return err_sys(err, ERR_IO, path, "cannot write zeros at byte %ju",
				       (uintmax_t)offset);
		offset += (uint64_t)put;
		size -= (uint64_t)put;
	}
	return 0;
}

int blockdev_reread(int fd, const char *path, struct err *err)
{
	for (int i = 0; i < TRIES; i++) {
		if (ioctl(fd, BLKRRPART) == 0)
			return 0;
		if (errno != EBUSY)
			break;
		usleep(PAUSE_US);
	}
	return err_sys(err, ERR_MACHINE_BUSY, path,
		       "the kernel cannot take over the new partition table of %s", path);
}

int blockdev_wait(const char *path, uint64_t *size, struct err *err)
{
	int fd = -1, ret;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			usleep(PAUSE_US);
	}
	if (fd < 0)
		return err_sys(err, ERR_IO, path, "%s did not appear", path);
	ret = ioctl(fd, BLKGETSIZE64, size);
	if (ret < 0)
		err_sys(err, ERR_IO, path, "cannot ask for the size of %s", path);
	close(fd);
	return ret;
}

static int read_at(int fd, const char *path, uint64_t offset, struct err *err)
{
	static char block[READ_SIZE] __attribute__((aligned(READ_SIZE)));
	ssize_t got = pread(fd, block, sizeof(block), (off_t)offset);

	if (got == (ssize_t)sizeof(block))
		return 0;
	if (got >= 0)
		errno = EIO;
	return err_sys(
		err, ERR_MACHINE_DISK, path,
		"cannot read the disk at byte %ju; nothing was written, replace the disk or leave it out of the job",
		(uintmax_t)offset);
}

int blockdev_read_ends(const char *path, uint64_t size, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC), ret;
	off_t end;

	if (fd < 0)
		return err_sys(err, ERR_MACHINE_DISK, path, "cannot open the disk");
	end = lseek(fd, 0, SEEK_END);
	if (end != (off_t)size || size < READ_SIZE)
		ret = err_set(err, ERR_MACHINE_DISK, path,
			      "the disk has %jd bytes, but said to have %ju", (intmax_t)end,
			      (uintmax_t)size);
	else
		ret = read_at(fd, path, 0, err) < 0 || read_at(fd, path, size - READ_SIZE, err) < 0
			      ? -1
			      : 0;
	close(fd);
	return ret;
}
