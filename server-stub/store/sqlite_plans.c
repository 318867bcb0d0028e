#include <stdlib.h>
#include <string.h>

#include "store/sqlite.h"

int store_plan_save(struct store *store, int64_t vm, const char *disks, struct err *err)
{
	return sql_run(store, SQL_PLAN_SAVE, err, "it", vm, disks);
}

int store_plan_find(struct store *store, int64_t vm, char **disks, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_PLAN_FIND, err, "i", vm);
	int ret;

	*disks = NULL;
	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0) {
		*disks = strdup(sql_text(stmt, 0));
		if (!*disks)
			ret = err_set(err, ERR_MEMORY, NULL, "no memory for a plan's disks");
	}
	return sql_done(store, stmt, ret);
}

int store_plan_forget(struct store *store, int64_t vm, struct err *err)
{
	return sql_run(store, SQL_PLAN_FORGET, err, "i", vm);
}
