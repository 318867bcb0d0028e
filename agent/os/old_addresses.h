/* Where the new system still names an address of the old machine: for a person to look at. */
#ifndef NEWROOT_OS_OLD_ADDRESSES_H
#define NEWROOT_OS_OLD_ADDRESSES_H

#include "job/job.h"
#include "os/target.h"

/*
 * `found` hears of each line below /etc and /var/lib that has one of `addresses` as a whole word. Not looked at: what was
 * set aside (*.premigration), newroot's own folders, links, and files above OLD_ADDRESSES_FILE_MAX. What cannot be read is
 * passed over. An IPv6 address is found as it is written in the job, in capitals or small letters.
 */
#define OLD_ADDRESSES_FILE_MAX (1024 * 1024) /* configuration is smaller; databases are not text */

void old_addresses_find(const struct target *target, const struct strings *addresses,
			void (*found)(void *ctx, const char *path, size_t line,
				      const char *address),
			void *ctx);

/* The same as notes: the first places one by one, then their number. */
void old_addresses_note(const struct target *target, const struct strings *addresses,
			void (*note)(const char *fmt, ...) __attribute__((format(printf, 1, 2))));

#endif
