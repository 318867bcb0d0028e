#include "os/volume_rules.h"

#include "os/dialect.h"

/* Before 10-dm.rules, or Debian's 55-dm.rules. */
#define RULES "/etc/udev/rules.d/09-newroot-volumes.rules"

/*
 * dm.rules take an "add" for the birth of a volume without content, unless their own record says that it was active
 * before: this stands in for the record. A volume that is really being born has no size yet.
 */
static const char rules[] = WRITTEN_BY
	"# Volumes that were active before udev began: no event has told it that they are ready.\n"
	"ACTION==\"add\", SUBSYSTEM==\"block\", KERNEL==\"dm-*\", ATTR{dm/uuid}==\"LVM-?*\", "
	"ATTR{dm/suspended}==\"0\", ATTR{size}!=\"0\", ENV{DM_UDEV_PRIMARY_SOURCE_FLAG}=\"1\"\n";

static bool has_dm_rules(const struct target *target)
{
	static const char *const files[] = {
		"/usr/lib/udev/rules.d/10-dm.rules", "/usr/lib/udev/rules.d/55-dm.rules",
		"/lib/udev/rules.d/10-dm.rules", "/lib/udev/rules.d/55-dm.rules"};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (target_exists(target, files[i]))
			return true;
	return false;
}

void volume_rules_render(struct changes *changes)
{
	struct text text = {.arena = changes->arena};

	if (!has_dm_rules(changes->target))
		return;
	text_printf(&text, "%s", rules);
	changes_file(changes, RULES, &text);
}
