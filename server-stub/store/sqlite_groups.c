#include "store/sqlite.h"

static void read_group(struct group_row *row, sqlite3_stmt *stmt)
{
	row->name = sql_text(stmt, 0);
	row->hold = sqlite3_column_int(stmt, 1);
	row->document = sql_text(stmt, 2);
}

int store_group_each(struct store *store, void (*each)(void *arg, const struct group_row *row),
		     void *arg, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_GROUP_ALL, err, "");
	struct group_row row;
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		read_group(&row, stmt);
		each(arg, &row);
	}
	return sql_done(store, stmt, ret);
}

int store_group_save_document(struct store *store, const char *name, const char *document,
			      struct err *err)
{
	if (sql_run(store, SQL_GROUP_ADD, err, "t", name) < 0)
		return -1;
	return sql_run(store, SQL_GROUP_DOCUMENT, err, "tt", document, name);
}

int store_group_remove(struct store *store, const char *name, struct err *err)
{
	return sql_run(store, SQL_GROUP_REMOVE, err, "t", name);
}

int store_group_hold(struct store *store, const char *name, bool hold, struct err *err)
{
	int ret = sql_run_changes(store, SQL_GROUP_HOLD, err, "it", (int64_t)hold, name);

	if (ret > 0 && sql_run(store, SQL_GROUP_TOUCH, err, "t", name) < 0)
		return -1;
	return ret;
}
