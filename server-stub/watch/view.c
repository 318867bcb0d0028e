#include "watch/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"
#include "watch/remarks.h"
#include "watch/steps.h"

/* Columns. The name takes what is left of 80; a wider terminal gives more to names, then to the bar. */
enum {
	NAME_MIN = 8,
	STATE_COLUMNS = 20,
	STEP_COLUMNS = 16,
	BAR_MIN = 8,
	BAR_MAX = 24,
	PERCENT_COLUMNS = 4,
	RATE_COLUMNS = 6,
	LEFT_COLUMNS = 6,
	GAPS = 6,
	FIXED_COLUMNS =
		STATE_COLUMNS + STEP_COLUMNS + PERCENT_COLUMNS + RATE_COLUMNS + LEFT_COLUMNS + GAPS,
};

/* Lines of a remark where room is short. */
#define FOLDED_LINES 2

static const struct {
	enum paint paint;
	bool runs;  /* its agent is at work */
	bool quiet; /* it need not be seen unless there is something to tell */
} looks[VM_STATES + 1] = {
	/* One more, for what a store of another version may say. */
	[VM_WAITING] = {.quiet = true},
	[VM_NEEDS_CREATING] = {.quiet = true},
	[VM_CREATED] = {.quiet = true},
	[VM_CONFIGURING] = {.runs = true},
	[VM_NEEDS_PROVISIONING] = {.quiet = true},
	[VM_PROVISIONING] = {.paint = PAINT_PLAIN},
	[VM_FIRST_BOOT] = {.runs = true},
	[VM_COMPLETE] = {.paint = PAINT_GOOD, .quiet = true},
	[VM_CUT_OVER] = {.paint = PAINT_GOOD, .quiet = true},
	[VM_ERROR] = {.paint = PAINT_ERROR},
	[VM_CANCELLED] = {.paint = PAINT_FAINT, .quiet = true},
};

struct drawing {
	struct sheet *sheet;
	const struct vm **vm; /* those to show, in the order of groups and names */
	size_t count;
	struct moment now;
	unsigned name, bar; /* columns */
	bool folded;        /* quiet VMs are left out */
};

/* "unpack     10/17" */
static void step_text(char *text, size_t size, const struct vm *vm)
{
	unsigned number;
	const char *step = steps_at(vm, &number);

	if (number)
		snprintf(text, size, "%-10s %2u/%u", step, number, STEPS_COUNT);
	else
		snprintf(text, size, "%s", step);
}

/* "0:42", "12:05", "1h02m". */
static void left_text(char *text, size_t size, int64_t seconds)
{
	if (seconds < 3600)
		snprintf(text, size, "%d:%02d", (int)seconds / 60, (int)seconds % 60);
	else if (seconds < 100 * 3600)
		snprintf(text, size, "%dh%02dm", (int)seconds / 3600, (int)seconds / 60 % 60);
	else
		snprintf(text, size, ">99h");
}

static double mib(int64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void draw_bar(struct drawing *drawing, const struct progress *progress)
{
	const double part = progress->done < progress->total
				    ? (double)progress->done / (double)progress->total
				    : 1;
	char percent[8];

	sheet_bar(drawing->sheet, part, drawing->bar);
	snprintf(percent, sizeof(percent), "%d%%", (int)(part * 100));
	sheet_cell_right(drawing->sheet, PAINT_PLAIN, percent, PERCENT_COLUMNS + 1);
}

static void draw_progress(struct drawing *drawing, const struct progress *progress)
{
	char rate[24] = "", left[24] = "";

	if (progress->total)
		draw_bar(drawing, progress);
	else
		sheet_cell(drawing->sheet, PAINT_PLAIN, "", drawing->bar + 1 + PERCENT_COLUMNS);
	if (progress->rate)
		snprintf(rate, sizeof(rate), "%.1f", mib(progress->rate));
	if (progress->rate && progress->total >= progress->done)
		left_text(left, sizeof(left), (progress->total - progress->done) / progress->rate);
	sheet_cell_right(drawing->sheet, PAINT_PLAIN, rate, RATE_COLUMNS + 1);
	sheet_cell_right(drawing->sheet, PAINT_PLAIN, left, LEFT_COLUMNS + 1);
}

static void draw_vm(struct drawing *drawing, const struct vm *vm, const struct remark *remark,
		    size_t remarks)
{
	struct sheet *sheet = drawing->sheet;
	char step[STEP_NAME_MAX + 16];

	step_text(step, sizeof(step), vm);
	sheet_cell_middle(sheet, PAINT_PLAIN, vm->name, drawing->name);
	sheet_put(sheet, PAINT_PLAIN, " ");
	sheet_cell(sheet, looks[vm->state].paint, vm_state_name(vm->state), STATE_COLUMNS);
	sheet_put(sheet, PAINT_PLAIN, " ");
	sheet_cell(sheet, PAINT_PLAIN, step, STEP_COLUMNS);
	sheet_put(sheet, PAINT_PLAIN, " ");
	if (looks[vm->state].runs && vm->progress.item[0])
		draw_progress(drawing, &vm->progress);
	sheet_end_line(sheet);
	for (size_t i = 0; i < remarks; i++)
		sheet_paragraph(sheet, remark[i].paint, remark[i].label, remark[i].text,
				drawing->folded ? FOLDED_LINES : 0);
}

/* "3 VMs: 1 error, 2 complete" of some VMs, errors first. */
static void draw_counts(struct drawing *drawing, const struct vm **vm, size_t count)
{
	size_t in_state[VM_STATES + 1] = {0};
	const char *separator = ": ";
	int64_t rate = 0;
	char text[64];

	for (size_t i = 0; i < count; i++) {
		in_state[vm[i]->state]++;
		rate += looks[vm[i]->state].runs ? vm[i]->progress.rate : 0;
	}
	snprintf(text, sizeof(text), "%zu VM%s", count, count == 1 ? "" : "s");
	sheet_put(drawing->sheet, PAINT_PLAIN, text);
	for (unsigned i = 0; i < VM_STATES; i++) {
		const enum vm_state state = (VM_ERROR + i) % VM_STATES;

		if (!in_state[state])
			continue;
		snprintf(text, sizeof(text), "%s%zu %s", separator, in_state[state],
			 vm_state_name(state));
		sheet_put(drawing->sheet, looks[state].paint, text);
		separator = ", ";
	}
	if (rate) {
		snprintf(text, sizeof(text), "; %.1f MiB/s", mib(rate));
		sheet_put(drawing->sheet, PAINT_PLAIN, text);
	}
}

static void draw_group(struct drawing *drawing, const struct vm **vm, size_t count)
{
	sheet_end_line(drawing->sheet);
	sheet_put(drawing->sheet, PAINT_BOLD, vm[0]->group[0] ? vm[0]->group : "(no group)");
	sheet_put(drawing->sheet, PAINT_PLAIN, "  ");
	draw_counts(drawing, vm, count);
	if (vm[0]->group_hold)
		sheet_put(drawing->sheet, PAINT_HELD, "; held by the operator");
	sheet_end_line(drawing->sheet);
	for (size_t i = 0; i < count; i++) {
		struct remark remark[REMARKS_MAX];
		const size_t remarks = remarks_of(remark, vm[i], &drawing->now);

		if (!drawing->folded || remarks || !looks[vm[i]->state].quiet)
			draw_vm(drawing, vm[i], remark, remarks);
	}
}

/* How many VMs from here on are of the first one's group. */
static size_t group_size(const struct vm **vm, size_t count)
{
	size_t size = 0;

	while (size < count && !strcmp(vm[size]->group, vm[0]->group))
		size++;
	return size;
}

static void draw_head(struct drawing *drawing)
{
	struct sheet *sheet = drawing->sheet;
	char now[TEXT_TIME_MAX + 8];

	text_time(now, drawing->now.wall_ms);
	memcpy(now + strlen(now), " UTC", sizeof(" UTC"));
	sheet_put(sheet, PAINT_BOLD, now);
	sheet_put(sheet, PAINT_PLAIN, "  ");
	/* One group alone tells the same. */
	if (!drawing->count || group_size(drawing->vm, drawing->count) < drawing->count)
		draw_counts(drawing, drawing->vm, drawing->count);
	sheet_end_line(sheet);
	sheet_cell(sheet, PAINT_FAINT, "NAME", drawing->name + 1);
	sheet_cell(sheet, PAINT_FAINT, "STATE", STATE_COLUMNS + 1);
	sheet_cell(sheet, PAINT_FAINT, "STEP", STEP_COLUMNS + 1);
	sheet_cell(sheet, PAINT_FAINT, "PROGRESS", drawing->bar + 1 + PERCENT_COLUMNS);
	sheet_cell_right(sheet, PAINT_FAINT, "MiB/s", RATE_COLUMNS + 1);
	sheet_cell_right(sheet, PAINT_FAINT, "LEFT", LEFT_COLUMNS + 1);
	sheet_end_line(sheet);
}

static void draw_all(struct drawing *drawing)
{
	size_t size;

	draw_head(drawing);
	for (size_t i = 0; i < drawing->count; i += size) {
		size = group_size(drawing->vm + i, drawing->count - i);
		draw_group(drawing, drawing->vm + i, size);
	}
}

/* VMs of no group come last; numbers in names count as numbers. */
static int by_group_and_name(const void *a, const void *b)
{
	const struct vm *one = *(const struct vm *const *)a, *other = *(const struct vm *const *)b;
	int order = !one->group[0] - !other->group[0];

	if (!order)
		order = strcmp(one->group, other->group);
	return order ? order : strverscmp(one->name, other->name);
}

static void choose_columns(struct drawing *drawing)
{
	const unsigned width = drawing->sheet->width;
	unsigned longest = NAME_MIN, room = NAME_MIN;

	for (size_t i = 0; i < drawing->count; i++)
		if (strlen(drawing->vm[i]->name) > longest)
			longest = (unsigned)strlen(drawing->vm[i]->name);
	if (width > FIXED_COLUMNS + BAR_MIN + NAME_MIN)
		room = width - FIXED_COLUMNS - BAR_MIN;
	drawing->name = longest < room ? longest : room;
	drawing->bar = BAR_MIN + room - drawing->name;
	if (drawing->bar > BAR_MAX)
		drawing->bar = BAR_MAX;
}

static void cut_to(struct sheet *sheet, unsigned lines)
{
	const size_t more = sheet->count - lines + 1;
	char text[80];

	while (sheet->count >= lines)
		free(sheet->line[--sheet->count]);
	snprintf(text, sizeof(text), "%zu more lines; `watch GROUP` shows one group", more);
	sheet_put(sheet, PAINT_BOLD, text);
	sheet_end_line(sheet);
}

static void draw_to_fit(struct drawing *drawing, unsigned lines)
{
	struct sheet *sheet = drawing->sheet;

	draw_all(drawing);
	if (!lines || sheet->count <= lines)
		return;
	while (sheet->count)
		free(sheet->line[--sheet->count]);
	drawing->folded = true;
	draw_all(drawing);
	if (sheet->count > lines)
		cut_to(sheet, lines);
}

void view_draw(struct sheet *sheet, const struct view *view)
{
	struct drawing drawing = {.sheet = sheet, .now = {view->now_ms, steady_ms()}};

	drawing.vm = calloc(view->count + 1, sizeof(struct vm *));
	if (!drawing.vm) {
		sheet->failed = true;
		return;
	}
	for (size_t i = 0; i < view->count; i++)
		if (!view->group || !strcmp(view->vm[i].group, view->group))
			drawing.vm[drawing.count++] = &view->vm[i];
	qsort(drawing.vm, drawing.count, sizeof(struct vm *), by_group_and_name);
	choose_columns(&drawing);
	draw_to_fit(&drawing, view->lines);
	free(drawing.vm);
}
