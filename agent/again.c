#include "again.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "lock.h"
#include "programme.h"
#include "service/report.h"
#include "steps/mounts.h"

#define THIS_PROGRAM "/proc/self/exe"

void again_wait(void)
{
	const int64_t earliest = clock_ms() + AGAIN_PAUSE_S * 1000;

	lock_drop(LOCK_DISKS); /* a person may go on by hand */
	while (!report_again() || clock_ms() < earliest)
		programme_pause();
}

static int free_disks(struct err *err)
{
	lock_drop(LOCK_DISKS);
	return lock_take(LOCK_DISKS, err) || mounts_undo(NEWROOT_MOUNT, err) || mounts_swapoff(err)
		       ? -1
		       : 0;
}

/* Whoever works there is told once for each cause, and left in peace. */
static void let_go(void)
{
	char reason[1200], told[sizeof(reason)] = "";

	for (;;) {
		struct err err = ERR_INIT;

		if (free_disks(&err) == 0)
			break;
		snprintf(reason, sizeof(reason), "cannot begin anew: %s: %s", err.where, err.msg);
		if (strcmp(reason, told)) {
			programme_note("%s; `fuser -m " NEWROOT_MOUNT
				       "` shows who is there; trying until it is free",
				       reason);
			report_wait(reason);
			memcpy(told, reason, sizeof(told));
		}
		programme_pause();
	}
	if (*told)
		report_wait("");
}

int again_begin(int argc, char **argv, struct err *err)
{
	char **words = calloc((size_t)argc + 2, sizeof(*words));

	if (!words)
		return err_set(err, ERR_IO, THIS_PROGRAM, "no memory to begin anew");
	let_go();
	programme_note("beginning anew");
	report_stop(0);
	words[0] = "newroot";
	memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
	execv(THIS_PROGRAM, words);
	free(words);
	return err_sys(err, ERR_IO, THIS_PROGRAM, "cannot begin anew");
}
