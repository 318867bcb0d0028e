#include <string.h>

#include "store/sqlite.h"
#include "util/limits.h"

int store_change_add(struct store *store, int64_t vm, const struct change_row *row, struct err *err)
{
	const int64_t kept = row->by_vm ? VM_CHANGES_MAX : VM_CHANGES_BY_OTHERS_MAX;

	if (sql_run(store, SQL_CHANGE_ADD, err, "iiittt", vm, (int64_t)row->by_vm, row->at_ms,
		    row->from, row->to, row->cause) < 0)
		return -1;
	return sql_run(store, SQL_CHANGE_TRIM, err, "iiii", vm, (int64_t)row->by_vm,
		       (int64_t)(strcmp(row->from, row->to) == 0), kept);
}

int store_change_each(struct store *store, int64_t vm,
		      void (*each)(void *arg, const struct change_row *row), void *arg,
		      struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_CHANGE_ALL, err, "i", vm);
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		const struct change_row row = {
			.at_ms = sqlite3_column_int64(stmt, 0),
			.from = sql_text(stmt, 1),
			.to = sql_text(stmt, 2),
			.cause = sql_text(stmt, 3),
		};

		each(arg, &row);
	}
	return sql_done(store, stmt, ret);
}

int store_refusal_add(struct store *store, int64_t vm, const char *address, const char *reason,
		      int64_t now_ms, struct err *err)
{
	if (sql_run(store, SQL_REFUSAL_ADD, err, "itti", vm, address, reason, now_ms) < 0)
		return -1;
	return sql_run(store, SQL_REFUSAL_TRIM, err, "ii", vm, (int64_t)VM_REFUSALS_MAX);
}

int store_refusal_each(struct store *store, int64_t vm,
		       void (*each)(void *arg, const struct refusal_row *row), void *arg,
		       struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_REFUSAL_ALL, err, "i", vm);
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		const struct refusal_row row = {
			.address = sql_text(stmt, 0),
			.reason = sql_text(stmt, 1),
			.first_ms = sqlite3_column_int64(stmt, 2),
			.last_ms = sqlite3_column_int64(stmt, 3),
			.count = sqlite3_column_int64(stmt, 4),
		};

		each(arg, &row);
	}
	return sql_done(store, stmt, ret);
}
