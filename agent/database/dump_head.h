/*
 * The head of a dump of MySQL or MariaDB, where mysqldump --master-data (--source-data) says at which place in the
 * binary log of its server it was made, as a comment or as a statement.
 */
#ifndef NEWROOT_DATABASE_DUMP_HEAD_H
#define NEWROOT_DATABASE_DUMP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "database/master.h"

struct dump_head {
	bool found;                      /* it tells a position: */
	struct master_position position; /* without a server_id */
};

/* `size` bytes of plain text. Errors: ERR_DATABASE_SOURCE, it tells two positions. */
int dump_head_parse(struct dump_head *head, const char *text, size_t size, struct err *err);

/* Of the file `path`, packed or not. Errors: as above, and those of unpacking. */
int dump_head_read(struct dump_head *head, const char *path, struct err *err);

/* The first bytes of the file, packed or not, into `text` of DUMP_HEAD_MAX + 1. Errors: those of unpacking. */
int dump_head_text(const char *path, char *text, struct err *err);

#endif
