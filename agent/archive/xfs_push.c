#include "archive/xfs_push.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/log.h"

/*
 * How, with Linux 6.1. syncfs(2) writes the data and forces the log (xfs_fs_sync_fs), which frees the copies of what is to be
 * logged, but leaves the inodes dirty: their items are in the active item list (AIL), which is pushed to its end
 * by xfs_log_worker every fs.xfs.xfssyncd_centisecs, when the filesystem is frozen, remounted or unmounted, and by the
 * shrinker, which does not wait for it, so that memory runs out first. With vm.laptop_mode, xfs_fs_sync_fs runs
 * xfs_log_worker at once. A freeze would do it, too; but one whose process is killed stays.
 *
 * The push goes on after sync(2). An item has the place in the log (LSN) where its checkpoint began, and the tail of the log is
 * the place of the oldest item in the AIL; so when the tail has passed the head that was before sync(2), all
 * that was in the log by then is written back. What sync(2) itself logged is written while the unpack goes on: at
 * most the entries of two rounds are in memory.
 */
#define LOGS_FOLDER   "/sys/fs/xfs" /* DEVICE/log/log_head_lsn, log_tail_lsn */
#define LAPTOP_MODE   "/proc/sys/vm/laptop_mode"
#define LSN_BYTES_MAX 32 /* two numbers of 32 bits */
#define LOGS_MAX      JOB_LIST_MAX
#define PAUSE_US      2000
/* Then the unpack goes on: a disk that has failed is seen by what writes to it. */
#define WAIT_MS 60000

/* An entry with its inode, log item, directory entry and buffers takes 4.4 KB (small files; measured): an eighth of the memory. */
#define MEMORY_PER_ENTRY KIB(32)

struct log {
	char device[32]; /* names of block devices are shorter (BDEVNAME_SIZE, super_block.s_id) */
	uint64_t head;   /* before the push */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void xfs_push_open(struct xfs_push *push, uint64_t memory)
{
	ssize_t got = -1;

	*push = (struct xfs_push){.every = memory / MEMORY_PER_ENTRY + 1, .laptop_fd = -1};
	push->logs_fd = open(LOGS_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (push->logs_fd >= 0)
		push->laptop_fd = open(LAPTOP_MODE, O_RDWR | O_CLOEXEC);
	if (push->laptop_fd >= 0)
		got = pread(push->laptop_fd, push->before, sizeof(push->before) - 1, 0);
	if (got <= 0)
		xfs_push_close(push);
}

/* When it fails the kernel pushes by itself, later. */
static void set_laptop_mode(const struct xfs_push *push, const char *value)
{
	if (pwrite(push->laptop_fd, value, strlen(value), 0) < 0)
		log_line("cannot set " LAPTOP_MODE ": %s", strerror(errno));
}

void xfs_push_close(struct xfs_push *push)
{
	if (push->laptop_fd >= 0 && *push->before)
		set_laptop_mode(push, push->before);
	close_fd(&push->laptop_fd);
	close_fd(&push->logs_fd);
}

/* "12:3456\n": the cycle, how often the log was filled, and the sector. */
int xfs_lsn_parse(const char *text, uint64_t *lsn)
{
	uint32_t cycle, sector;
	int end = 0;

	if (sscanf(text, "%" SCNu32 ":%" SCNu32 "%n", &cycle, &sector, &end) != 2 ||
	    strcmp(text + end, "\n") != 0)
		return -1;
	*lsn = (uint64_t)cycle << 32 | sector;
	return 0;
}

static int read_lsn(int logs_fd, const char *device, const char *which, uint64_t *lsn)
{
	char path[PATH_MAX], text[LSN_BYTES_MAX];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/log/%s", device, which);
	fd = openat(logs_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = read_all(fd, text, sizeof(text) - 1);
	close(fd);
	if (got < 0)
		return -1;
	text[got] = '\0';
	return xfs_lsn_parse(text, lsn);
}

/* The logs of every XFS that is mounted: an archive may fill several. */
static size_t list_logs(int logs_fd, struct log *logs)
{
	int fd = openat(logs_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t count = 0;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (count < LOGS_MAX && (entry = readdir(folder))) {
		struct log *log = &logs[count];
		size_t size = strlen(entry->d_name) + 1;

		if (size > sizeof(log->device))
			continue;
		memcpy(log->device, entry->d_name, size);
		if (read_lsn(logs_fd, log->device, "log_head_lsn", &log->head) == 0)
			count++;
	}
	closedir(folder);
	return count;
}

/* A log that nothing was added to may have its tail before its head for ever. */
static bool is_behind(int logs_fd, const struct log *log)
{
	uint64_t head, tail;

	return read_lsn(logs_fd, log->device, "log_head_lsn", &head) == 0 &&
	       read_lsn(logs_fd, log->device, "log_tail_lsn", &tail) == 0 && head > log->head &&
	       tail < log->head;
}

static void push_logs(const struct xfs_push *push)
{
	struct log logs[LOGS_MAX];
	size_t count = list_logs(push->logs_fd, logs);
	int64_t until;

	if (count == 0)
		return;
	set_laptop_mode(push, "1");
	sync();
	set_laptop_mode(push, push->before);
	until = clock_ms() + WAIT_MS;
	for (size_t i = 0; i < count; i++)
		while (is_behind(push->logs_fd, &logs[i]) && clock_ms() < until)
			usleep(PAUSE_US);
}

void xfs_push_entry(struct xfs_push *push)
{
	if (push->logs_fd < 0 || ++push->entries < push->every)
		return;
	push->entries = 0;
	push_logs(push);
}
