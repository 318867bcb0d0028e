/* audit: every change that somebody made. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/open.h"
#include "store/audit.h"
#include "util/text.h"
#include "vm/vm_json.h"

static bool verify, json;

static const struct option_row options[] = {
	COMMAND_DATA_OPTION,
	{"verify", OPTION_FLAG, &verify, NULL,
	 "only look whether all rows are as they were written"},
	{"json", OPTION_FLAG, &json, NULL, "as a JSON array"},
	{NULL, OPTION_FLAG, NULL, NULL, NULL},
};

static void print_row(void *arg, const struct audit_row *row)
{
	char at[TEXT_TIME_MAX];

	(void)arg;
	printf("%" PRId64 "  %s  %s from %s: %s %s: %s  %.12s\n", row->id,
	       text_time(at, row->at_ms), row->who, row->from, row->act, row->what, row->outcome,
	       row->hash);
}

static void add_row(void *arg, const struct audit_row *row)
{
	json_array_append_new(arg,
			      json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "id",
					(json_int_t)row->id, "at_ms", (json_int_t)row->at_ms, "who",
					row->who, "from", row->from, "act", row->act, "what",
					row->what, "outcome", row->outcome, "hash", row->hash));
}

static int print_all(struct store *store, struct err *err)
{
	json_t *rows;
	int ret;

	if (!json)
		return store_audit_each(store, print_row, NULL, err);
	rows = json_array();
	ret = store_audit_each(store, add_row, rows, err);
	if (ret == 0)
		ret = print_json(rows, err);
	json_decref(rows);
	return ret;
}

static int check_all(struct store *store, struct err *err)
{
	struct audit_check check;

	if (store_audit_verify(store, &check, err) < 0)
		return -1;
	if (check.broken)
		return err_set(err, ERR_SERVICE_STORE, "audit",
			       "row %" PRId64
			       " is not what was written, or one before it is missing; %" PRId64
			       " rows before it are good",
			       check.broken, check.broken - 1);
	printf("%" PRId64 " rows, the last one %s\n", check.rows,
	       check.last[0] ? check.last : "none");
	return 0;
}

static int run(char **operands, size_t count, struct err *err)
{
	struct open open;
	int ret;

	(void)operands, (void)count;
	if (open_data(&open, err) < 0)
		return -1;
	ret = verify ? check_all(open.store, err) : print_all(open.store, err);
	close_data(&open);
	return ret;
}

const struct command cmd_audit = {
	.name = "audit",
	.operands = "",
	.summary = "Every change that somebody made, and who; --verify: whether all of it is there",
	.options = options,
	.run = run,
};
