/*
 * Step contact: the service answers, over TLS, and the clock is right. The network may still be coming
 * up, the service be restarting: silence is borne for a while, a wrong certificate is not.
 */
#include <stdbool.h>

#include "base/limits.h"
#include "service/clock.h"
#include "service/retry.h"
#include "service/service.h"
#include "service/wait.h"
#include "steps/step.h"

/* 0: say hello again; -1: give up, with `err` telling why. */
static int be_patient(const struct context *ctx, unsigned failures, uint64_t deadline,
		      enum err_code *told, struct err *err)
{
	static const struct net_limits limits = NET_LIMITS_DEFAULT;

	if (!retry_may_pass(err->code))
		return err_prefix(err, "the service");
	if (wait_now() > deadline)
		return err_prefix(err, "no answer from the service for %d s", CONTACT_PATIENCE_S);
	if (err->code != *told)
		ctx->note("%s: %s; trying again for up to %d s", err->where, err->msg,
			  CONTACT_PATIENCE_S);
	*told = err->code;
	return wait_sleep(retry_delay(&limits, failures, err), err);
}

static int run(struct context *ctx, struct err *err)
{
	const uint64_t deadline = wait_now() + (uint64_t)CONTACT_PATIENCE_S * 1000;
	enum err_code told = ERR_NONE;
	unsigned failures = 0;
	char time[CLOCK_TEXT];
	struct hello hello;

	if (!ctx->service)
		return err_set(err, ERR_USAGE, NULL,
			       "there is no service to contact: give newroot.url=");
	for (;;) {
		struct err last = ERR_INIT;

		if (!service_hello(ctx->service, true, &hello, &last))
			break;
		if (be_patient(ctx, ++failures, deadline, &told, &last))
			return err_keep(err, &last);
	}
	ctx->note("%s answers at %s%s", hello.name, clock_text(hello.time, time),
		  hello.hold ? "; it holds this VM" : "");
	return 0;
}

const struct step step_contact = {
	.name = "contact",
	.summary = "reach the service, set the clock",
	.run = run,
};
