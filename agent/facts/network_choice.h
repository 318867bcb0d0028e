/* Which network manager would run, by the facts of a root archive and what the job switches on and off. */
#ifndef NEWROOT_FACTS_NETWORK_CHOICE_H
#define NEWROOT_FACTS_NETWORK_CHOICE_H

#include "facts/facts.h"
#include "job/job.h"

enum network_choice {
	NETWORK_WRITTEN,   /* by one that newroot writes for */
	NETWORK_UNWRITTEN, /* one starts that newroot can't write for */
	NETWORK_NONE,      /* none that is known starts */
	NETWORK_UNCERTAIN, /* names and links don't tell */
};

/* `*manager`: with NETWORK_UNWRITTEN, which one. */
enum network_choice network_choose(const struct facts *root, const struct job_services *services,
				   const struct network_manager **manager);

#endif
