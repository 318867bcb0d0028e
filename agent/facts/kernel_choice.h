/* Which of several kernels is booted, and why: the same rules for a plan as for the system that is there. */
#ifndef NEWROOT_FACTS_KERNEL_CHOICE_H
#define NEWROOT_FACTS_KERNEL_CHOICE_H

#include <stdbool.h>

#define KERNEL_RELEASE_MAX 128 /* uname(2) has room for 64 */

/* Tell whether `text` can be a kernel's release: digits and dots first, then letters, digits and .+_~- alone. */
bool kernel_is_release(const char *text);

/* Names that hold the release of a kernel which is preferred; NULL or "": none does. */
struct kernel_wishes {
	const char *package;  /* file name of the job's package */
	const char *standard; /* what the old boot loader starts by default (kernel_default.h) */
};

/* What decides between two kernels, the first that differs. */
enum kernel_reason { KERNEL_SAME, KERNEL_PACKAGE, KERNEL_SPECIAL, KERNEL_DEFAULT, KERNEL_VERSION };

/* Above 0: `left` is booted rather than `right`; below 0: `right`; 0: they have one release. `*reason`: by what. */
int kernel_prefer(const struct kernel_wishes *wishes, const char *left, const char *right,
		  enum kernel_reason *reason);

/* Does `text`, one of the wishes, name the release? */
bool kernel_named(const char *text, const char *release);

#endif
