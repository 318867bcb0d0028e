#include "os/hardware_clock.h"

#include <string.h>

#include "os/assignments.h"

/* hwclock(8): drift, when it was last adjusted and calibrated, and how the clock is kept. */
#define ADJTIME "/etc/adjtime"
#define UTC     "0.0 0 0.0\n0\nUTC\n"

/* Where boot scripts are told: Debian before 7, RHEL until 5 and SUSE, Gentoo's baselayout 1 and OpenRC. */
static const struct setting {
	const char *path;
	struct assignment utc;
} settings[] = {
	{"/etc/default/rcS", {"UTC", "yes"}},        {"/etc/sysconfig/clock", {"UTC", "true"}},
	{"/etc/sysconfig/clock", {"HWCLOCK", "-u"}}, {"/etc/conf.d/clock", {"CLOCK", "UTC"}},
	{"/etc/conf.d/hwclock", {"clock", "UTC"}},
};

static int edit(struct changes *changes, const struct setting *setting, struct err *err)
{
	const char *key = arena_printf(changes->arena, "%s=", setting->utc.key);
	struct text text = {.arena = changes->arena};
	const char *old;

	if (changes_text(changes, setting->path, &old, err))
		return -1;
	if (!old || !strstr(old, key))
		return 0;
	assignments_edit(&text, old, &setting->utc, 1);
	changes_edit(changes, setting->path, &text)->keep_old = true;
	return 0;
}

int hardware_clock_render(struct changes *changes, struct err *err)
{
	struct text text = {.arena = changes->arena};

	if (target_exists(changes->target, ADJTIME)) {
		text_printf(&text, UTC);
		changes_file(changes, ADJTIME, &text)->keep_old = true;
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (edit(changes, &settings[i], err))
			return -1;
	return 0;
}
