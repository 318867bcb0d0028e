#include "steps/disk_errors.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* "I/O error, dev sdb, sector 2048", of the disk itself; "Buffer I/O error on dev sdb1" is of what lies on it. */
static bool is_about(const char *line, const char *name)
{
	static const char mark[] = DISK_ERROR_LINE;
	const char *found = strstr(line, mark);
	const size_t size = strlen(name);

	return found && !strncmp(found + strlen(mark), name, size) &&
	       !isalnum((unsigned char)found[strlen(mark) + size]);
}

static const char *last_line(const struct disk *disk, const char *const *lines, size_t count)
{
	while (count--)
		if (is_about(lines[count], disk->name))
			return lines[count];
	return NULL;
}

__attribute__((format(printf, 2, 3))) static void add(struct err *err, const char *fmt, ...)
{
	const size_t used = strlen(err->msg);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->msg + used, sizeof(err->msg) - used, fmt, ap);
	va_end(ap);
}

#define IDENTITY          "(serial '%s', wwn '%s', at %s)"
#define IDENTITY_OF(disk) (disk)->serial, (disk)->wwn, (disk)->location

static void name_disk(const struct disk *disk, const char *line, struct err *err)
{
	if (!err->where[0])
		snprintf(err->where, sizeof(err->where), "%s", disk->path);
	add(err, "; the kernel reports errors of the disk %s " IDENTITY ": %s", disk->path,
	    IDENTITY_OF(disk), line);
}

void disk_errors_identify(const struct machine *machine, struct err *err)
{
	for (size_t i = 0; i < machine->disk_count; i++) {
		const struct disk *disk = &machine->disks[i];

		if (!strcmp(disk->path, err->where) &&
		    (!*disk->location || !strstr(err->msg, disk->location)))
			add(err, " " IDENTITY, IDENTITY_OF(disk));
	}
}

void disk_errors_add(const struct plan *plan, const char *const *lines, size_t count,
		     struct err *err)
{
	for (size_t i = 0; i < plan->disk_count; i++) {
		const struct disk *disk = plan->disks[i].disk;
		const char *line = last_line(disk, lines, count);

		if (line)
			name_disk(disk, line, err);
	}
}
