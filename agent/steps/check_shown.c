#include "steps/check_shown.h"

#include <stdlib.h>

#include "plan/shown.h"
#include "service/service.h"

/* `*shown` is the caller's: NULL of a service that is older, null when nothing was shown. */
static int ask(const struct context *ctx, json_t **shown, struct err *err)
{
	char *text;
	size_t size;
	json_t *answer;

	*shown = NULL;
	if (service_plan(ctx->service, &text, &size, err))
		return -1;
	if (!text)
		return 0;
	answer = json_loadb(text, size, 0, NULL);
	free(text);
	*shown = json_incref(json_object_get(answer, "disks"));
	json_decref(answer);
	if (json_is_array(*shown) || json_is_null(*shown))
		return 0;
	json_decref(*shown);
	*shown = NULL;
	return err_set(err, ERR_SERVICE_ANSWER, "/v1/plan",
		       "the service does not tell which disks a plan showed");
}

void check_shown(const struct context *ctx, struct err_list *errors)
{
	struct err err = ERR_INIT;
	json_t *shown;

	/* By hand, whoever looks at the plan gives the command; a plan shows what is there. */
	if (!ctx->service || !ctx->plan || !ctx->boot || ctx->params->mode != MODE_INSTALL)
		return;
	if (ask(ctx, &shown, &err)) {
		err_list_add(errors, &err);
		return;
	}
	if (json_is_array(shown)) {
		plan_check_shown(ctx->plan, shown, errors);
		ctx->note("a plan of this machine was shown: its disks are compared");
	}
	json_decref(shown);
}
