#include "os/mtab.h"

#define MTAB "/etc/mtab"

void mtab_render(struct changes *changes, const struct init_dialect *init)
{
	struct text empty = {.arena = changes->arena};
	struct stat st;
	bool there = target_lstat(changes->target, MTAB, &st);

	if (there && S_ISLNK(st.st_mode))
		return;
	if (init->mtab_is_link)
		changes_link(changes, MTAB, "../proc/self/mounts");
	else if (there && S_ISREG(st.st_mode))
		changes_file(changes, MTAB, &empty);
}
