#include "target/clock_check.h"

#include <stdbool.h>

#include "installed/watch.h"
#include "service/clock.h"

static void set(int64_t service_time)
{
	struct err err = ERR_INIT;
	bool changed;

	if (clock_set(service_time, &changed, &err) || clock_write_hardware(&err))
		watch_note("the clock: %s", err.msg);
}

void clock_check(enum clock_wish wish, int64_t service_time)
{
	const int64_t ahead = clock_plausible(service_time) ? clock_ahead(service_time) : 0;

	if (!ahead)
		return;
	watch_note("the clock is %lld s %s the service's%s",
		   (long long)(ahead < 0 ? -ahead : ahead), ahead < 0 ? "behind" : "ahead of",
		   wish == CLOCK_SET ? ", and is set" : "; the job has it reported only");
	if (wish == CLOCK_SET)
		set(service_time);
}
