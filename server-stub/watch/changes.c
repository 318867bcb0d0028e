#include "watch/changes.h"

#include <string.h>

#include "util/terminal_text.h"
#include "util/text.h"
#include "watch/remarks.h"
#include "watch/steps.h"

#define LINE_BYTES (VM_ERROR_MAX * REMARKS_MAX + 512)

static size_t append(char *line, size_t used, const char *before, const char *text)
{
	const int size = snprintf(line + used, LINE_BYTES - used, "%s%s", before, text);

	return used + (size_t)size < LINE_BYTES ? used + (size_t)size : LINE_BYTES - 1;
}

/* "db1 error, unpack 10/17; error: …; held: …". Silence is none of it: nothing has changed. */
static void describe(char *line, const struct vm *vm)
{
	struct remark remark[REMARKS_MAX];
	const struct moment now = {vm->seen_ms, steady_ms()};
	const size_t remarks = remarks_of(remark, vm, &now);
	char place[24] = "";
	unsigned number;
	const char *step = steps_at(vm, &number);
	size_t used = append(line, 0, vm->name, " ");

	if (number)
		snprintf(place, sizeof(place), " %u/%u", number, STEPS_COUNT);
	used = append(line, used, "", vm_state_name(vm->state));
	used = append(line, used, step[0] ? ", " : "", step);
	used = append(line, used, "", place);
	for (size_t i = 0; i < remarks; i++) {
		used = append(line, used, "; ", remark[i].label);
		used = append(line, used, " ", remark[i].text);
	}
}

static bool is_shown(const struct changes *changes, const struct vm *vm)
{
	return vm && (!changes->group || !strcmp(vm->group, changes->group));
}

void changes_print(struct changes *changes, const struct vm *old, const struct vm *new)
{
	char before[LINE_BYTES] = "", after[LINE_BYTES] = "", clean[LINE_BYTES];
	char now[TEXT_TIME_MAX];

	if (is_shown(changes, old))
		describe(before, old);
	if (is_shown(changes, new))
		describe(after, new);
	else if (before[0])
		append(after, append(after, 0, old->name, " "), "", "is gone");
	if (!strcmp(before, after))
		return;
	fprintf(changes->out, "%s %s\n", text_time(now, changes->now_ms),
		terminal_clean(clean, sizeof(clean), after, changes->utf8));
}
