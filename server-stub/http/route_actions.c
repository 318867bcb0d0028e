#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/action.h"
#include "http/audited.h"
#include "http/body.h"
#include "http/deferred.h"
#include "http/reply.h"
#include "http/route.h"
#include "util/log.h"
#include "util/text.h"
#include "vm/vm_json.h"

/* An operator's action on its way into the store. */
struct acting {
	struct deferred deferred; /* first */
	int (*act)(struct store *store, const char *name, enum action action, const char *who,
		   int64_t now_ms, struct err *err);
	enum action action;
	char name[VM_NAME_MAX + 1];
	char who[PRINCIPAL_WHO_TEXT];
	char what[VM_NAME_MAX + 16]; /* "db1", "group shop" */
	struct audited audited;
};

static int acting_apply(struct deferred *deferred, struct store *store, struct err *err)
{
	const struct acting *acting = (const struct acting *)(const void *)deferred;

	int ret = acting->act(store, acting->name, acting->action, acting->who, wall_ms(), err);

	return audited_add(&acting->audited, store, action_name(acting->action), acting->what, ret,
			   err);
}

/* The last word of the route's path is the action's name. */
static enum action action_of(const struct request *request)
{
	return action_by_name(strrchr(request->route->path, '/') + 1);
}

static enum MHD_Result submit(struct request *request,
			      int (*act)(struct store *store, const char *name, enum action action,
					 const char *who, int64_t now_ms, struct err *err))
{
	struct err err = ERR_INIT;
	struct acting *acting;

	if (body_parse(request->body, request->body_size, NULL, 0, &err) < 0)
		return reply_error(request, &err);
	acting = deferred_new(request, sizeof(*acting), free, acting_apply);
	if (!acting)
		return MHD_NO;
	acting->act = act;
	acting->action = action_of(request);
	memcpy(acting->name, request->name, sizeof(acting->name));
	snprintf(acting->what, sizeof(acting->what), "%s%s", act == action_group ? "group " : "",
		 acting->name);
	principal_who(request, acting->who);
	audited_take(&acting->audited, request);
	return deferred_submit(request);
}

static void log_action(const struct acting *acting)
{
	log_info("%s: %s by %s", acting->what, action_name(acting->action), acting->who);
	audited_tell(&acting->audited, action_name(acting->action), acting->what);
}

enum MHD_Result route_vm_action(struct request *request)
{
	const struct acting *acting = request->pending;
	struct err found = ERR_INIT;
	const struct err *err;
	struct vm vm;

	if (!acting)
		return submit(request, action_vm);
	err = deferred_error(&acting->deferred);
	if (err)
		return reply_error(request, err);
	log_action(acting);
	if (course_find(request->service->store, request->name, &vm, &found) < 0)
		return reply_error(request, &found);
	return reply_json(request, vm_json(&vm));
}

enum MHD_Result route_group_action(struct request *request)
{
	const struct acting *acting = request->pending;
	const struct err *err;

	if (!acting)
		return submit(request, action_group);
	err = deferred_error(&acting->deferred);
	if (err)
		return reply_error(request, err);
	log_action(acting);
	return reply_json(request, json_pack("{s:s}", "group", request->name));
}
