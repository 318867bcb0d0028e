/* Taking over what an earlier run made: the UUIDs on the devices win over freshly chosen ones. */
#include <string.h>

#include "machine/superblock.h"
#include "plan/parts.h"

int plan_adopt_fs(const struct plan *plan, struct plan_fs *fs, struct err *err)
{
	struct superblock found;

	if (superblock_read(&found, fs->device, err) < 0)
		return -1;
	if (strcmp(found.type, fs_type_name(fs->type)))
		return err_set(
			err, ERR_VERIFY, fs->device,
			"%s holds %s, but the job says %s; was this machine installed with this job?",
			fs->device, *found.type ? found.type : "nothing", fs_type_name(fs->type));
	plan_set_uuid(plan, fs, found.uuid);
	return 0;
}

int plan_adopt(struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->fs_count; i++)
		if (plan_adopt_fs(plan, &plan->filesystems[i], err) < 0)
			return -1;
	return 0;
}
