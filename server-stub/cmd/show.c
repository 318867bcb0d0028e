#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "course/course.h"
#include "course/timeline.h"
#include "course/vm_detail.h"
#include "util/terminal_text.h"
#include "util/text.h"
#include "vm/vm_json.h"

static bool json, events, plan;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"events", OPTION_FLAG, &events, NULL, "all events too, one line each"},
	{"plan", OPTION_FLAG, &plan, NULL, "the latest plan: disks, volumes, archives, kernels"},
	{"json", OPTION_FLAG, &json, NULL, "everything, as a JSON object"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static bool utf8; /* of the terminal */

/* A line that ends in what others said. */
static void print_said(const char *text)
{
	terminal_print(text, utf8);
	putchar('\n');
}

static void print_vm(const struct vm *vm)
{
	char changed[TEXT_TIME_MAX], why[VM_HELD_TEXT], what[VM_HELD_TEXT];
	const char *held = vm_held_why(vm, why), *ordered = vm_ordered_text(vm, what);
	const char *help = vm_error_help(vm);

	printf("name      %s\nmac       %s\naddress   %s\n", vm->name, vm->mac,
	       vm->address[0] ? vm->address : "any");
	if (vm->group[0])
		printf("group     %s\n", vm->group);
	printf("token     %s\nmode      %s\n", vm->token_hash[0] ? "set" : "none", vm->mode);
	printf("job       %s\n", vm->armed ? "waits to be handed out" : "was handed out");
	printf("state     %s since %s UTC\n", vm_state_name(vm->state),
	       text_time(changed, vm->changed_ms));
	printf("step      %s\n", vm->step[0] ? vm->step : "-");
	printf("hold      %s\n", held ? held : "no");
	if (ordered)
		printf("cutover   %s\n", ordered);
	if (vm->waiting[0]) {
		printf("waiting   ");
		print_said(vm->waiting);
	}
	if (vm->error[0]) {
		printf("error     ");
		print_said(vm->error);
	}
	if (help)
		printf("help      %s\n", help);
}

static void print_boot(void *arg, const struct boot *boot)
{
	char first[TEXT_TIME_MAX];

	(void)arg;
	printf("boot      %s since %s UTC: %lld events, %lld missing\n", boot->uuid,
	       text_time(first, boot->first_ms), (long long)boot->stored,
	       (long long)(boot->taken - boot->stored));
}

static void print_change(void *arg, const struct change_row *row)
{
	char at[TEXT_TIME_MAX];
	bool *any = arg;

	if (!*any)
		printf("\nHistory (UTC)\n");
	*any = true;
	printf("  %s  %-20s -> %-20s ", text_time(at, row->at_ms), row->from, row->to);
	print_said(row->cause);
}

static void print_refusal(void *arg, const struct refusal_row *row)
{
	char first[TEXT_TIME_MAX], last[TEXT_TIME_MAX];
	bool *any = arg;

	if (!*any)
		printf("\nRefused requests (UTC)\n");
	*any = true;
	printf("  %s  %-12s from %s, %lld times, last %s\n", text_time(first, row->first_ms),
	       row->reason, row->address, (long long)row->count, text_time(last, row->last_ms));
}

static void add_event(void *arg, const struct event_row *row)
{
	timeline_add(arg, row);
}

static void print_event(void *arg, const struct event_row *row)
{
	char at[TEXT_TIME_MAX];

	(void)arg;
	printf("  %.8s %5lld %s  ", row->boot, (long long)row->seq, text_time(at, row->ms));
	print_said(row->body);
}

static void print_step(const struct timeline_row *row)
{
	const double seconds = (double)row->ms_taken / 1000, mib = (double)row->bytes / (1 << 20);
	char begin[TEXT_TIME_MAX];

	printf("  %-12s %s", row->step, text_time(begin, row->begin_ms));
	if (!row->ended) {
		printf("  not ended\n");
		return;
	}
	printf(" %9.1f", seconds);
	if (row->bytes)
		printf(" %10.1f %8.1f", mib, seconds > 0 ? mib / seconds : 0);
	printf("%s\n", row->ok ? "" : "  failed");
}

static int print_timeline(struct store *store, int64_t vm, struct err *err)
{
	struct timeline timeline = {0};
	int ret = store_event_each_step(store, vm, TIMELINE_EVENTS_MAX, add_event, &timeline, err);

	if (ret == 0 && timeline.count)
		printf("\nTimeline\n  %-12s %-19s %9s %10s %8s\n", "step", "began (UTC)", "seconds",
		       "MiB", "MiB/s");
	for (size_t i = 0; ret == 0 && i < timeline.count; i++)
		print_step(&timeline.row[i]);
	if (ret == 0 && timeline.failed)
		ret = err_set(err, ERR_MEMORY, "timeline", "no memory for all steps");
	timeline_free(&timeline);
	return ret;
}

static int print_events(struct store *store, int64_t vm, struct err *err)
{
	printf("\nEvents (boot, number, time UTC)\n");
	return store_event_each(store, vm, print_event, NULL, err);
}

/* `arg`: the text of the latest plan, malloc'ed. */
static void take_plan(void *arg, const struct event_row *row)
{
	json_t *event = strcmp(row->type, "plan") ? NULL : json_loads(row->body, 0, NULL);
	const char *text = json_string_value(json_object_get(event, "text"));
	char **latest = arg;

	if (text) {
		free(*latest);
		*latest = strdup(text);
	}
	json_decref(event);
}

static int show_plan(struct store *store, const struct vm *vm, struct err *err)
{
	char *text = NULL, *rest, *line;
	int ret = store_event_each(store, vm->id, take_plan, &text, err);

	if (ret == 0 && !text)
		ret = err_set(
			err, ERR_USAGE, vm->name,
			"no plan of this VM is known: `newroot-server boot %s --mode plan` has it show one at its next network boot",
			vm->name);
	rest = text;
	while (ret == 0 && (line = strsep(&rest, "\n")))
		if (line[0] || rest)
			print_said(line);
	free(text);
	return ret;
}

static int show_text(struct store *store, const struct vm *vm, struct err *err)
{
	bool any_change = false, any_refusal = false;

	print_vm(vm);
	if (store_boot_each(store, vm->id, print_boot, NULL, err) < 0 ||
	    store_change_each(store, vm->id, print_change, &any_change, err) < 0 ||
	    store_refusal_each(store, vm->id, print_refusal, &any_refusal, err) < 0 ||
	    print_timeline(store, vm->id, err) < 0)
		return -1;
	return events ? print_events(store, vm->id, err) : 0;
}

static int show_json(struct store *store, const struct vm *vm, struct err *err)
{
	json_t *object;
	int ret;

	if (vm_detail_json(store, vm, true, &object, err) < 0)
		return -1;
	ret = print_json(object, err);
	json_decref(object);
	return ret;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	struct vm vm;
	int ret;

	(void)count;
	utf8 = terminal_is_utf8();
	if (open_data(&open, err) < 0)
		return -1;
	ret = course_find(open.store, operands[0], &vm, err);
	if (ret == 0 && plan)
		ret = show_plan(open.store, &vm, err);
	else if (ret == 0)
		ret = json ? show_json(open.store, &vm, err) : show_text(open.store, &vm, err);
	close_data(&open);
	return ret;
}

const struct command cmd_show = {
	.name = "show",
	.operands = "NAME",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Show a VM: state, history, timeline, events",
	.options = options,
	.run = run,
};
