#include <string.h>

#include "store/sqlite.h"

static void read_principal(struct principal *principal, sqlite3_stmt *stmt)
{
	memset(principal, 0, sizeof(*principal));
	strncpy(principal->name, sql_text(stmt, 0), sizeof(principal->name) - 1);
	principal->roles = (unsigned)sqlite3_column_int64(stmt, 1);
	strncpy(principal->group, sql_text(stmt, 2), sizeof(principal->group) - 1);
	principal->made_ms = sqlite3_column_int64(stmt, 3);
	principal->expires_ms = sqlite3_column_int64(stmt, 4);
	principal->revoked_ms = sqlite3_column_int64(stmt, 5);
}

int store_principal_save(struct store *store, const struct principal *principal,
			 const char *token_hash, struct err *err)
{
	return sql_run(store, SQL_PRINCIPAL_SAVE, err, "titiiit", principal->name,
		       (int64_t)principal->roles, principal->group, principal->made_ms,
		       principal->expires_ms, principal->revoked_ms, token_hash);
}

static int find(struct store *store, sqlite3_stmt *stmt, struct principal *principal,
		struct err *err)
{
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0)
		read_principal(principal, stmt);
	return sql_done(store, stmt, ret);
}

int store_principal_find(struct store *store, const char *name, struct principal *principal,
			 struct err *err)
{
	return find(store, sql_use(store, SQL_PRINCIPAL_BY_NAME, err, "t", name), principal, err);
}

int store_principal_by_token(struct store *store, const char *token_hash,
			     struct principal *principal, struct err *err)
{
	return find(store, sql_use(store, SQL_PRINCIPAL_BY_TOKEN, err, "t", token_hash), principal,
		    err);
}

int store_principal_revoke(struct store *store, const char *name, int64_t now_ms, struct err *err)
{
	return sql_run_changes(store, SQL_PRINCIPAL_REVOKE, err, "it", now_ms, name);
}

int store_principal_each(struct store *store,
			 void (*each)(void *arg, const struct principal *principal), void *arg,
			 struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_PRINCIPAL_ALL, err, "");
	struct principal principal;
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		read_principal(&principal, stmt);
		each(arg, &principal);
	}
	return sql_done(store, stmt, ret);
}
