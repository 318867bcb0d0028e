/* From each version of the store to the next. A step is never changed once it was released: a new one is added. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite.h"
#include "util/log.h"

static const struct step {
	int from;
	const char *text;
} steps[] = {
	{4,
	 "ALTER TABLE vm_text ADD COLUMN given TEXT NOT NULL DEFAULT '';"
	 "ALTER TABLE vm ADD COLUMN secretless INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE vm ADD COLUMN claimed_ms INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE boot ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE change ADD COLUMN by_vm INTEGER NOT NULL DEFAULT 1;"
	 /* What others did is told by these words, as it has no other mark. */
	 "UPDATE change SET by_vm = 0 WHERE cause LIKE '% by %' OR cause LIKE '%imported%' OR "
	 "cause LIKE '%archives%';"
	 /* Passwords that have been used, and documents, which are read by nobody. */
	 "UPDATE vm SET secretless = 1 WHERE state IN ('complete', 'cut over') AND id IN (SELECT vm "
	 "FROM vm_text WHERE job LIKE '%\"password\"%' OR job LIKE '%PRIVATE KEY%');"
	 "UPDATE vm_text SET job = json_replace(job, '$.databases.login.password', '', "
	 "'$.databases.replication.password', '', '$.databases.source.password', '', "
	 "'$.databases.source.ssh.key', '', '$.sync.ssh.key', '') "
	 "WHERE vm IN (SELECT id FROM vm WHERE secretless);"
	 "UPDATE vm_group SET document = '{}' WHERE document <> '';" SQL_TABLES_OF_5},
	{5, SQL_TABLES_OF_6},
};

#define STEPS  (sizeof(steps) / sizeof(steps[0]))
#define OLDEST 4

int sql_version(struct store *store, int *version, struct err *err)
{
	sqlite3_stmt *stmt;
	int ret = -1;

	*version = 0;
	if (sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(store, "can't read its version", err);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		*version = sqlite3_column_int(stmt, 0);
		ret = 0;
	} else {
		sql_error(store, "can't read its version", err);
	}
	sqlite3_finalize(stmt);
	return ret;
}

int sql_make_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), ret = 0;

	if (fd < 0)
		return err_sys(err, ERR_SERVICE_STORE, path, "can't create");
	/* An umask may have taken even the owner's bits. */
	if (fchmod(fd, 0600) < 0)
		ret = err_sys(err, ERR_SERVICE_STORE, path, "can't set its mode");
	close(fd);
	return ret;
}

static int copy_into(struct store *store, const char *to, struct err *err)
{
	sqlite3_stmt *stmt;
	int ret = -1;

	if (sqlite3_prepare_v2(store->db, "VACUUM INTO ?", -1, &stmt, NULL) != SQLITE_OK)
		return sql_error(store, "can't copy it", err);
	if (sqlite3_bind_text(stmt, 1, to, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_DONE)
		ret = 0;
	else
		sql_error(store, "can't copy it before it is upgraded", err);
	sqlite3_finalize(stmt);
	return ret;
}

static int sync_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 || fsync(fd) < 0 ? err_sys(err, ERR_SERVICE_STORE, path, "can't sync") : 0;

	if (fd >= 0)
		close(fd);
	return ret;
}

/* What was copied may be of a newer version only if the store is so by now: another process has upgraded it. */
static int keep_copy(struct store *store, const char *made, const char *kept, int version,
		     struct err *err)
{
	int now = 0;

	if (sql_version(store, &now, err) < 0)
		return -1;
	if (now != version)
		return unlink(made) < 0 ? err_sys(err, ERR_SERVICE_STORE, made, "can't remove") : 0;
	if (rename(made, kept) < 0)
		return err_sys(err, ERR_SERVICE_STORE, made, "can't rename it to %s", kept);
	return 0;
}

/* Whole or not at all, and nobody else's to read. Of two that upgrade at once each makes its own: the later one stays. */
static int keep_old(struct store *store, const char *path, int version, struct err *err)
{
	char kept[PATH_MAX], made[PATH_MAX];

	if (snprintf(kept, sizeof(kept), "%s.v%d", path, version) >= (int)sizeof(kept) ||
	    snprintf(made, sizeof(made), "%s.%ld.new", kept, (long)getpid()) >= (int)sizeof(made))
		return err_set(err, ERR_SERVICE_STORE, path, "the path is too long");
	unlink(made);
	if (sql_make_file(made, err) == 0 && copy_into(store, made, err) == 0 &&
	    sync_file(made, err) == 0 && keep_copy(store, made, kept, version, err) == 0)
		return 0;
	unlink(made);
	return -1;
}

static int apply_steps(struct store *store, int version, int to, struct err *err)
{
	char mark[64];

	for (size_t i = 0; i < STEPS; i++)
		if (steps[i].from >= version && steps[i].from < to &&
		    sql_exec(store, steps[i].text, err) < 0)
			return err_prefix(err, "from version %d", steps[i].from);
	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", to);
	return sql_exec(store, mark, err);
}

/* Another process may have done it meanwhile. */
static int upgrade_locked(struct store *store, int *version, int to, struct err *err)
{
	if (sql_version(store, version, err) < 0)
		return -1;
	return *version < to ? apply_steps(store, *version, to, err) : 0;
}

int store_upgrade(struct store *store, const char *path, int to, struct err *err)
{
	int version = 0, ret;

	if (sql_version(store, &version, err) < 0)
		return -1;
	if (version < OLDEST || version > to)
		return err_set(
			err, ERR_SERVICE_STORE, STORE_FILE,
			"is of version %d; this newroot-server reads version %d, and upgrades from version %d on",
			version, to, OLDEST);
	if (keep_old(store, path, version, err) < 0 || store_begin(store, err) < 0)
		return -1;
	ret = upgrade_locked(store, &version, to, err);
	if (ret < 0) {
		store_rollback(store);
		return -1;
	}
	if (store_commit(store, err) < 0)
		return -1;
	if (version < to)
		log_info("the store was upgraded from version %d to %d; the old one is " STORE_FILE
			 ".v%d",
			 version, to, version);
	return 0;
}
