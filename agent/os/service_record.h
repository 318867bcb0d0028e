/*
 * /var/lib/newroot/services: what newroot changed about services, so that cutover restores exactly what was.
 * One service a line, words divided by blanks, "#" begins a comment:
 *
 *	NAME disabled|enabled [-LINK>TO | +LINK>TO]…
 *
 * "-": a link to TO was taken away; "+": it was made. Cutover goes through the disabled ones, removes each
 * "+" and makes each "-" again; the enabled ones are a record only.
 */
#ifndef NEWROOT_OS_SERVICE_RECORD_H
#define NEWROOT_OS_SERVICE_RECORD_H

#include "os/service.h"
#include "os/text.h"

#define SERVICE_RECORDS "/var/lib/newroot/services"

struct service_record {
	const char *name;
	bool enabled;
	struct service_links removed, made;
};

struct service_records {
	struct service_record *item;
	size_t count;
};

/* `text` may be NULL: none. Strings are the arena's. Errors: ERR_CONFIGURE, with the line. */
int service_records_parse(struct service_records *records, const char *text, struct arena *arena,
			  struct err *err);
void service_records_print(const struct service_records *records, struct text *text);

/* The record of `name`, or NULL. */
struct service_record *service_records_find(const struct service_records *records,
					    const char *name);
/* A new one at the end; earlier pointers into the list are no longer good. */
struct service_record *service_records_add(struct service_records *records, const char *name,
					   struct arena *arena);

#endif
