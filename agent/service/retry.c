#include "service/retry.h"

#include "base/log.h"
#include "base/random.h"
#include "service/wait.h"

/* Half of it is certain, the other half chance. */
static unsigned jitter(unsigned ms)
{
	return ms / 2 + random_chance() % (ms / 2 + 1);
}

static unsigned backoff(const struct net_limits *limits, unsigned failures)
{
	unsigned ms = limits->backoff_ms;

	while (--failures && ms < limits->backoff_max_ms)
		ms *= 2;
	return jitter(ms < limits->backoff_max_ms ? ms : limits->backoff_max_ms);
}

/* Not before that; and up to a quarter later, for the peer tells all whom it refuses the same. */
static unsigned asked(unsigned retry_after_s)
{
	const unsigned ms = retry_after_s * 1000;

	return ms + random_chance() % (ms / 4 + 1);
}

unsigned retry_delay(const struct net_limits *limits, unsigned failures, const struct err *err)
{
	const unsigned own = backoff(limits, failures), least = asked(err->retry_after_s);

	return own > least ? own : least;
}

bool retry_may_pass(enum err_code code)
{
	return code == ERR_NET_RESOLVE || code == ERR_NET_CONNECT || code == ERR_NET_TIMEOUT ||
	       code == ERR_NET_CUT || code == ERR_HTTP_BUSY;
}

int retry_wait(struct retry *retry, struct err *err)
{
	unsigned ms;

	/* What is pointless is about a cut stream: a service that is busy says so before any. */
	if (!retry_may_pass(err->code) || (retry->pointless && err->code != ERR_HTTP_BUSY))
		return -1;
	if (++retry->failures > retry->limits->retries)
		return err_prefix(err, "gave up after %u attempts without progress",
				  retry->failures);
	ms = retry_delay(retry->limits, retry->failures, err);
	log_line("%s: %s; trying again in %u ms", err->where, err->msg, ms);
	return wait_sleep(ms, err);
}

void retry_progress(struct retry *retry)
{
	retry->failures = 0;
}
