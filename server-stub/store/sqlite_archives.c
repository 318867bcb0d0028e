#include <string.h>

#include "store/sqlite.h"

int store_archive_find(struct store *store, const char *path, struct archive_hash *hash,
		       struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_ARCHIVE_FIND, err, "tiii", path, hash->size,
				     hash->mtime_ns, hash->inode);
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

int store_archive_save(struct store *store, const char *path, const struct archive_hash *hash,
		       struct err *err)
{
	return sql_run(store, SQL_ARCHIVE_SAVE, err, "tiiit", path, hash->size, hash->mtime_ns,
		       hash->inode, hash->sha256);
}
