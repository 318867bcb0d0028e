#include "watch/remarks.h"

#include <stdio.h>
#include <string.h>

const char *duration_text(char text[DURATION_TEXT], int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = {{2 * 86400, "d"}, {2 * 3600, "h"}, {2 * 60, "min"}, {0, "s"}};
	size_t i = 0;

	while (seconds < units[i].seconds)
		i++;
	snprintf(text, DURATION_TEXT, "%lld %s",
		 (long long)(units[i].seconds ? seconds / (units[i].seconds / 2) : seconds),
		 units[i].unit);
	return text;
}

/* Each writes what it has to tell into `text`, and leaves it empty when that is nothing. */
typedef void tell(char *text, size_t size, const struct vm *vm, const struct moment *now);

static void tell_error(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	(void)now;
	snprintf(text, size, "%s", vm->error);
}

static void tell_help(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	const char *help = vm_error_help(vm);

	(void)now;
	if (help)
		snprintf(text, size, "%s", help);
}

/* Nobody holds a VM that is done, and has no cutover before it; of a cancelled one, its state says as much. */
static void tell_held(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	const bool stands = (vm->state == VM_COMPLETE && !vm->cutover_ms) ||
			    vm->state == VM_CUT_OVER || vm->state == VM_CANCELLED;
	char why[VM_HELD_TEXT];

	(void)now;
	if (!stands && vm_held_why(vm, why))
		snprintf(text, size, "%s", why);
}

static void tell_waiting(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	(void)now;
	snprintf(text, size, "%s", vm->waiting);
}

static void tell_ordered(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	char what[VM_HELD_TEXT];

	(void)now;
	if (vm_ordered_text(vm, what))
		snprintf(text, size, "%s", what);
}

/* An agent that installs, or is to cut its VM over, reports at least every 10 seconds. */
static void tell_silence(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	const int64_t last = vm->seen_ms > vm->changed_ms ? vm->seen_ms : vm->changed_ms;
	char since[DURATION_TEXT];

	if ((vm->state == VM_CONFIGURING || vm->cutover_ms) &&
	    now->wall_ms - last > SILENT_SECONDS * 1000)
		snprintf(text, size, "no event for %s",
			 duration_text(since, (now->wall_ms - last) / 1000));
}

static void tell_lease(char *text, size_t size, const struct vm *vm, const struct moment *now)
{
	if (vm->lease_by[0] && vm->lease_until_ms > now->steady_ms)
		snprintf(text, size, "%s is at it", vm->lease_by);
}

static const struct {
	enum paint paint;
	const char *label;
	tell *tell;
} kinds[REMARKS_MAX] = {
	{PAINT_ERROR, "error:", tell_error},    {PAINT_BOLD, "help:", tell_help},
	{PAINT_HELD, "held:", tell_held},       {PAINT_BOLD, "waits:", tell_waiting},
	{PAINT_BOLD, "cutover:", tell_ordered}, {PAINT_HELD, "silent:", tell_silence},
	{PAINT_FAINT, "creator:", tell_lease},
};

size_t remarks_of(struct remark remark[REMARKS_MAX], const struct vm *vm, const struct moment *now)
{
	size_t count = 0;

	for (size_t i = 0; i < REMARKS_MAX; i++) {
		struct remark *next = &remark[count];

		next->paint = kinds[i].paint;
		next->label = kinds[i].label;
		next->text[0] = '\0';
		kinds[i].tell(next->text, sizeof(next->text), vm, now);
		count += next->text[0] != '\0';
	}
	return count;
}
