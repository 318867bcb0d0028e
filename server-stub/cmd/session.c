/* session: who is logged in. */
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "site/sessions.h"
#include "util/text.h"

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

/* One that has an end by itself is in the list until `serve` has noticed. */
static bool is_over(const struct session_row *row, int64_t now_ms)
{
	return row->begun_ms + LOGIN_SECONDS * INT64_C(1000) <= now_ms ||
	       row->used_ms + LOGIN_IDLE_SECONDS * INT64_C(1000) <= now_ms;
}

static void print_session(void *arg, const struct session_row *row)
{
	char begun[TEXT_TIME_MAX], used[TEXT_TIME_MAX];

	if (!is_over(row, *(const int64_t *)arg))
		printf("%-10s %-20s %-24s %-20s %s\n", row->id, row->who, row->from,
		       text_time(begun, row->begun_ms), text_time(used, row->used_ms));
}

static int list(struct open *open, struct err *err)
{
	int64_t now_ms = wall_ms();

	printf("%-10s %-20s %-24s %-20s %s\n", "ID", "WHO", "FROM", "BEGUN (UTC)", "USED (UTC)");
	return sessions_each(&open->data, print_session, &now_ms, err);
}

static int end(struct open *open, const char *id, struct err *err)
{
	int ended = sessions_end(&open->data, id, err);

	if (ended < 0)
		return -1;
	if (!ended)
		return err_set(err, ERR_USAGE, id, "there is no such session; see `session list`");
	if (note_command(open->store, 0, err) < 0)
		return -1;
	tell_command();
	printf("%s is over\n", id);
	return 0;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	int ret;

	if (open_data(&open, err) < 0)
		return -1;
	if (!strcmp(operands[0], "list") && count == 1)
		ret = list(&open, err);
	else if (!strcmp(operands[0], "end") && count == 2)
		ret = end(&open, operands[1], err);
	else
		ret = err_set(err, ERR_USAGE, operands[0],
			      "is not accepted so; `session list` and `session end ID` are");
	close_data(&open);
	return ret;
}

const struct command cmd_session = {
	.name = "session",
	.operands = "list|end ID",
	.operands_min = 1,
	.operands_max = 2,
	.summary = "Who is logged in to the page, and the end of that",
	.options = options,
	.run = run,
};
