#include <stdlib.h>
#include <string.h>

#include "store/sqlite.h"

static sqlite3_stmt *find(struct store *store, const char *path, const struct archive_hash *hash,
			  struct err *err)
{
	return sql_use(store, SQL_ARCHIVE_FIND, err, "tiii", path, hash->size, hash->mtime_ns,
		       hash->inode);
}

int store_archive_find(struct store *store, const char *path, struct archive_hash *hash,
		       struct err *err)
{
	sqlite3_stmt *stmt = find(store, path, hash, err);
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0) {
		strncpy(hash->sha256, sql_text(stmt, 0), sizeof(hash->sha256) - 1);
		hash->sha256[sizeof(hash->sha256) - 1] = '\0';
	}
	return sql_done(store, stmt, ret);
}

int store_archive_facts(struct store *store, const char *path, const struct archive_hash *hash,
			char **facts, struct err *err)
{
	sqlite3_stmt *stmt = find(store, path, hash, err);
	int ret;

	*facts = NULL;
	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0 && *sql_text(stmt, 1)) {
		*facts = strdup(sql_text(stmt, 1));
		if (!*facts)
			ret = err_set(err, ERR_MEMORY, path, "no memory for its facts");
	}
	return sql_done(store, stmt, ret < 0 ? -1 : 0);
}

int store_archive_save(struct store *store, const char *path, const struct archive_hash *hash,
		       struct err *err)
{
	return sql_run(store, SQL_ARCHIVE_SAVE, err, "tiiitt", path, hash->size, hash->mtime_ns,
		       hash->inode, hash->sha256, hash->facts ? hash->facts : "");
}
