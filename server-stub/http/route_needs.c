/* The two lists of work for creators, and their reports: needs-creating and needs-provisioning. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course/lease.h"
#include "http/audited.h"
#include "http/body.h"
#include "http/deferred.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/views.h"
#include "util/log.h"
#include "util/monotonic.h"
#include "util/text.h"
#include "vm/vm_json.h"

static enum work work_of(const struct request *request)
{
	return strcmp(request->route->path, "/v1/needs-creating") ? WORK_PROVISION : WORK_CREATE;
}

/* VMs that are up for a work; their specs are read afterwards, for `each` must not call the store. */
struct needs {
	const struct principal *who;
	enum work work;
	int64_t steady_ms;
	size_t count;
	struct vm *vm;
};

static void add_open(void *arg, const struct vm *vm)
{
	struct needs *needs = arg;

	if (needs->count < NEEDS_LISTED_MAX && principal_sees(needs->who, vm->group) &&
	    lease_open(vm, needs->work, needs->steady_ms))
		needs->vm[needs->count++] = *vm;
}

/* What a creator gets of a VM: who it is, and the hardware that its spec names. */
static json_t *need_json(const struct vm *vm, const char *spec)
{
	static const char *const of_vm[] = {"name", "group", "mac", "address", "finals"};
	static const char *const of_spec[] = {"cpus", "memory", "disks", "data_center", "network"};
	json_t *need = json_object(), *all = vm_json(vm), *hardware = json_loads(spec, 0, NULL);

	for (size_t i = 0; i < sizeof(of_vm) / sizeof(of_vm[0]); i++)
		json_object_set(need, of_vm[i], json_object_get(all, of_vm[i]));
	for (size_t i = 0; i < sizeof(of_spec) / sizeof(of_spec[0]); i++) {
		json_t *value = json_object_get(hardware, of_spec[i]);

		json_object_set_new(need, of_spec[i], value ? json_incref(value) : json_null());
	}
	json_decref(all);
	json_decref(hardware);
	return need;
}

static int needs_json(struct store *store, const struct needs *needs, json_t *array,
		      struct err *err)
{
	for (size_t i = 0; i < needs->count; i++) {
		char *spec;

		if (store_vm_spec(store, needs->vm[i].id, &spec, err) < 0) {
			if (err->code == ERR_SERVICE_VM)
				continue; /* removed just now */
			return -1;
		}
		json_array_append_new(array, need_json(&needs->vm[i], spec));
		free(spec);
	}
	return 0;
}

enum MHD_Result route_needs(struct request *request)
{
	struct store *store = views_get(request->service->views);
	struct needs needs = {
		.who = &request->who, .work = work_of(request), .steady_ms = steady_ms()};
	json_t *array = json_array();
	struct err err = ERR_INIT;
	int ret = -1;

	needs.vm = calloc(NEEDS_LISTED_MAX, sizeof(*needs.vm));
	if (!needs.vm)
		err_set(&err, ERR_MEMORY, "needs", "no memory for the list");
	else if (store_vm_each(store, add_open, &needs, &err) == 0)
		ret = needs_json(store, &needs, array, &err);
	free(needs.vm);
	if (ret == 0)
		return reply_json(request, json_pack("{s:i, s:o}", "lease_seconds", LEASE_SECONDS,
						     "vms", array));
	json_decref(array);
	return reply_error(request, &err);
}

/* A creator's report on its way into the store. */
struct reporting {
	struct deferred deferred; /* first */
	enum work work;
	enum lease_report report;
	char name[VM_NAME_MAX + 1], creator[VM_NAME_MAX + 1], message[CREATOR_MESSAGE_MAX + 1];
	struct vm vm; /* as it is afterwards */
	struct principal who;
	struct audited audited;
};

static const char *const acts[][LEASE_REPORTS] = {
	[WORK_CREATE] = {"creating taken", "creating done", "creating failed"},
	[WORK_PROVISION] = {"provisioning taken", "provisioning done", "provisioning failed"},
};

/*
 * A lease is its creator's, by this name. A principal of its own reports in its own name; those that share creator.token name
 * themselves, but not after one of these.
 */
static int check_creator(const struct reporting *reporting, struct store *store, struct err *err)
{
	struct principal other;
	int found;

	if (!reporting->who.of_file && !principal_may(&reporting->who, ROLE_ADMIN))
		return !strcmp(reporting->creator, reporting->who.name)
			       ? 0
			       : err_set(err, ERR_SERVICE_BODY, "creator",
					 "'%s' is refused: the token is of '%s'",
					 reporting->creator, reporting->who.name);
	if (principal_may(&reporting->who, ROLE_ADMIN))
		return 0;
	found = store_principal_find(store, reporting->creator, &other, err);
	if (found > 0)
		return err_set(err, ERR_SERVICE_BODY, "creator",
			       "'%s' is refused: it is a principal with a token of its own",
			       reporting->creator);
	return found;
}

static int reporting_apply(struct deferred *deferred, struct store *store, struct err *err)
{
	struct reporting *reporting = (struct reporting *)(void *)deferred;

	const struct moment now = {wall_ms(), steady_ms()};
	char what[2 * VM_NAME_MAX + 40];
	int ret;

	if (course_find(store, reporting->name, &reporting->vm, err) < 0)
		return -1;
	if (!principal_sees(&reporting->who, reporting->vm.group))
		return err_set(err, ERR_SERVICE_VM, reporting->name, "there is no VM of this name");
	if (check_creator(reporting, store, err) < 0)
		return -1;
	ret = lease_report(store, &reporting->vm, reporting->work, reporting->report,
			   reporting->creator, reporting->message, &now, err);
	snprintf(what, sizeof(what), "%s as %s", reporting->name, reporting->creator);
	return audited_add(&reporting->audited, store, acts[reporting->work][reporting->report],
			   what, ret, err);
}

static int parse(const struct request *request, struct reporting *reporting, struct err *err)
{
	char report[16];
	const struct body_key keys[] = {
		{"vm", reporting->name, sizeof(reporting->name), true},
		{"report", report, sizeof(report), true},
		{"creator", reporting->creator, sizeof(reporting->creator), true},
		{"message", reporting->message, sizeof(reporting->message), false},
	};

	if (body_parse(request->body, request->body_size, keys, sizeof(keys) / sizeof(keys[0]),
		       err) < 0)
		return -1;
	reporting->report = lease_report_by_name(report);
	if (reporting->report == LEASE_REPORTS)
		return err_set(err, ERR_SERVICE_BODY, "report",
			       "'%s' is none; taken, done and failed are accepted", report);
	if (name_check(reporting->creator, "creator", err) < 0) {
		err->code = ERR_SERVICE_BODY;
		return -1;
	}
	return 0;
}

static enum MHD_Result submit(struct request *request)
{
	struct reporting *reporting =
		deferred_new(request, sizeof(*reporting), free, reporting_apply);
	struct err err = ERR_INIT;

	if (!reporting)
		return MHD_NO;
	reporting->work = work_of(request);
	reporting->who = request->who;
	audited_take(&reporting->audited, request);
	if (parse(request, reporting, &err) < 0)
		return reply_error(request, &err);
	return deferred_submit(request);
}

enum MHD_Result route_needs_report(struct request *request)
{
	const struct reporting *reporting = request->pending;
	const struct err *err;
	const struct vm *vm;

	if (!reporting)
		return submit(request);
	err = deferred_error(&reporting->deferred);
	if (err)
		return reply_error(request, err);
	vm = &reporting->vm;
	log_info("%s: %s, told by %s", vm->name, vm_state_name(vm->state), reporting->creator);
	return reply_json(request, json_pack("{s:s, s:s, s:I}", "vm", vm->name, "state",
					     vm_state_name(vm->state), "lease_until_ms",
					     (json_int_t)vm_lease_end_ms(vm)));
}
