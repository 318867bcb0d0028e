#include "boot/reset.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "snapshot/snapshot.h"

#define TELL_EVERY_MS 2000 /* a serial console keeps every line */

static int64_t told_ms;

static void tell(void *ctx, const char *volume, uint64_t done, uint64_t total)
{
	int64_t now = clock_ms();

	(void)ctx;
	if (now - told_ms < TELL_EVERY_MS && done < total)
		return;
	told_ms = now;
	printf("newroot: reset of %s: %" PRIu64 " %% of %.1f MiB\n", volume, done * 100 / total,
	       (double)total / MIB(1));
	fflush(stdout);
}

static void reset(const char *vg, const struct snapshot_volume *volume, struct arena *arena)
{
	static const struct child_watch watch = {.progress = tell};
	struct err err = ERR_INIT;

	printf("newroot: reset of %s to its snapshot of %s\n", volume->name,
	       *volume->made ? volume->made : "the installation");
	fflush(stdout);
	told_ms = 0;
	if (snapshot_reset(vg, volume, arena, &watch, &err))
		printf("newroot: reset of %s FAILED [%s] %s\n", volume->name, err_name(err.code),
		       err.msg);
	else
		printf("newroot: reset of %s done\n", volume->name);
	fflush(stdout);
}

void boot_reset(const char *vg)
{
	struct snapshot_volumes volumes;
	struct arena arena = {0};
	struct err err = ERR_INIT;

	if (snapshot_read(&volumes, vg, "", &arena, NULL, &err)) {
		printf("newroot: snapshots of %s cannot be read: %s\n", vg, err.msg);
		volumes.count = 0;
	}
	for (size_t i = 0; i < volumes.count; i++)
		if (snapshot_is_due(&volumes.item[i]))
			reset(vg, &volumes.item[i], &arena);
	arena_free(&arena);
}
