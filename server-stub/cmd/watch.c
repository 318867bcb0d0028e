#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "util/terminal_text.h"
#include "util/text.h"
#include "watch/changes.h"
#include "watch/feed.h"
#include "watch/terminal.h"
#include "watch/view.h"

static bool once;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"once", OPTION_FLAG, &once, NULL, "print it once, and end"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

struct watch {
	struct store *store;
	const char *group; /* NULL: all */
	bool utf8;
	struct feed feed;
	struct terminal terminal;
};

static int draw(const struct watch *watch, struct sheet *sheet, unsigned lines, struct err *err)
{
	const struct view view = {
		.vm = watch->feed.vm,
		.count = watch->feed.count,
		.group = watch->group,
		.now_ms = wall_ms(),
		.lines = lines,
	};

	view_draw(sheet, &view);
	return sheet->failed ? err_set(err, ERR_MEMORY, "watch", "no memory for its picture") : 0;
}

static int print_once(struct watch *watch, struct err *err)
{
	struct sheet sheet;
	unsigned columns, lines;
	int ret;

	terminal_size(&columns, &lines);
	sheet_init(&sheet, columns, watch->utf8, false);
	ret = draw(watch, &sheet, 0, err);
	for (size_t i = 0; ret == 0 && i < sheet.count; i++)
		puts(sheet.line[i]);
	sheet_free(&sheet);
	return ret;
}

static int draw_screen(struct watch *watch, struct err *err)
{
	const char *plain = getenv("NO_COLOR");
	struct sheet sheet;
	unsigned columns, lines;
	int ret;

	terminal_size(&columns, &lines);
	sheet_init(&sheet, columns, watch->utf8, !plain || !plain[0]);
	ret = draw(watch, &sheet, lines, err);
	if (ret == 0)
		ret = terminal_draw(&sheet, err);
	sheet_free(&sheet);
	return ret;
}

/* Drawn each time, changed or not: time goes on, and a window's size may be another. */
static int watch_screen(struct watch *watch, struct err *err)
{
	do {
		if (feed_poll(&watch->feed, watch->store, err) < 0 || draw_screen(watch, err) < 0)
			return -1;
	} while (terminal_wait(&watch->terminal, WATCH_POLL_MS));
	return 0;
}

static void print_change(void *arg, const struct vm *old, const struct vm *new)
{
	changes_print(arg, old, new);
}

static int watch_lines(struct watch *watch, struct err *err)
{
	struct changes changes = {.out = stdout, .group = watch->group, .utf8 = watch->utf8};

	watch->feed.changed = print_change;
	watch->feed.arg = &changes;
	do {
		changes.now_ms = wall_ms();
		if (feed_poll(&watch->feed, watch->store, err) < 0)
			return -1;
		if (fflush(stdout) != 0)
			return err_sys(err, ERR_IO, "standard output", "can't write");
	} while (terminal_wait(&watch->terminal, WATCH_POLL_MS));
	return 0;
}

static int watch_on(struct watch *watch, struct err *err)
{
	const bool screen = terminal_can_draw();
	int ret = terminal_open(&watch->terminal, screen, err);

	if (ret == 0)
		ret = screen ? watch_screen(watch, err) : watch_lines(watch, err);
	terminal_close(&watch->terminal);
	return ret;
}

/* A group that isn't there is a mistake in its name, and no picture of nothing. */
static int check_group(const struct watch *watch, struct err *err)
{
	bool found = !watch->group;

	for (size_t i = 0; !found && i < watch->feed.count; i++)
		found = !strcmp(watch->feed.vm[i].group, watch->group);
	return found ? 0
		     : err_set(err, ERR_SERVICE_VM, watch->group,
			       "there is no VM in a group of this name");
}

static int run_watch(struct watch *watch, struct err *err)
{
	int ret = feed_poll(&watch->feed, watch->store, err);

	if (ret == 0)
		ret = check_group(watch, err);
	if (ret == 0 && once)
		return print_once(watch, err);
	/* What is there at the beginning is told as well. */
	feed_free(&watch->feed);
	return ret < 0 ? -1 : watch_on(watch, err);
}

static int run(char **operands, size_t count, struct err *err)
{
	struct watch watch = {.group = count ? operands[0] : NULL, .utf8 = terminal_is_utf8()};
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	watch.store = open.store;
	ret = run_watch(&watch, err);
	feed_free(&watch.feed);
	close_data(&open);
	return ret;
}

const struct command cmd_watch = {
	.name = "watch",
	.operands = "[GROUP]",
	.operands_max = 1,
	.summary = "Show groups and VMs while they change",
	.options = options,
	.run = run,
};
