/* Services of the new system that the job wants on, or off until cutover, in the words of its init system. */
#ifndef NEWROOT_OS_SERVICES_H
#define NEWROOT_OS_SERVICES_H

#include "os/dialect.h"

enum service_wish {
	SERVICE_ENABLED,
	SERVICE_DISABLED, /* cutover makes it as it was */
	SERVICE_HELD,     /* cutover enables it, whatever it was */
};

struct wanted_service {
	const char *name;
	enum service_wish wish;
};

struct services {
	struct wanted_service *item;
	size_t count;
};

/* One that is wanted on and off is held. */
void services_want(struct services *services, const char *name, enum service_wish wish,
		   struct arena *arena);

/* Want the first of `names` (ends with NULL) that the new system has; that one, or NULL. */
int services_want_first(struct services *services, struct changes *changes,
			const struct init_dialect *init, const char *const *names,
			enum service_wish wish, const char **which, struct err *err);

/*
 * All of it, remembered in SERVICE_RECORDS before anything is taken away. A name that the new system
 * does not have is noted and passed over.
 */
int services_render(const struct services *services, struct changes *changes,
		    const struct init_dialect *init, struct err *err);

#endif
