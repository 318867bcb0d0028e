/*
 * Bounds what XFS keeps in memory of the entries that an unpack makes. An inode that was changed stays there, with its
 * log items and the buffers it belongs to, until its log item is written back; XFS starts that when three quarters of the
 * log are full, or every 30 s. The smallest log, of 64 MiB, thus keeps some hundred MiB, which no reclaim can free. Private to
 * extract.c, but for what opens and closes it.
 */
#ifndef NEWROOT_ARCHIVE_XFS_PUSH_H
#define NEWROOT_ARCHIVE_XFS_PUSH_H

#include <stdint.h>

struct xfs_push {
	uint64_t every;   /* entries between two pushes */
	uint64_t entries; /* since the last one */
	int logs_fd;      /* /sys/fs/xfs; -1: this kernel cannot push, and nothing is done */
	int laptop_fd;    /* vm.laptop_mode, */
	char before[16];  /* and what it was */
};

/*
 * Before the unpack changes its root directory, where /proc and /sys cannot be reached. `memory` is the machine's, in bytes:
 * between two pushes, XFS keeps about an eighth of it.
 */
void xfs_push_open(struct xfs_push *push, uint64_t memory);

/* An entry was made: each time that `every` are, write back what XFS kept of those before the last push, or wait for it. */
void xfs_push_entry(struct xfs_push *push);

/* By the process that opened it, also when the one that unpacked was killed: the kernel's setting is again what it was. */
void xfs_push_close(struct xfs_push *push);

/* Private, but for the unit test: a place in a log as sysfs shows it, "12:3456\n", as a number that grows. -1: it is nothing of the kind. */
int xfs_lsn_parse(const char *text, uint64_t *lsn);

#endif
