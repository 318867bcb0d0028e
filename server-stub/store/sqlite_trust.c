#include "store/sqlite.h"

int store_trust_save(struct store *store, int64_t vm, const char *anchors, struct err *err)
{
	return sql_run(store, SQL_TRUST_SAVE, err, "it", vm, anchors);
}

int store_trust_each(struct store *store, void (*each)(void *arg, const struct trust_row *row),
		     void *arg, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_TRUST_ALL, err, "");
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		const struct trust_row row = {
			.name = sql_text(stmt, 0),
			.state = vm_state_by_name(sql_text(stmt, 1)),
			.before = vm_state_by_name(sql_text(stmt, 2)),
			.seen_ms = sqlite3_column_int64(stmt, 3),
			.anchors = sql_text(stmt, 4),
		};

		each(arg, &row);
	}
	return sql_done(store, stmt, ret);
}
