/*
 * Inside the SQLite store only: the handle, its statements, and running them. A statement is
 * prepared once, at its first use. Callers hold the lock from sql_use() to sql_done().
 */
#ifndef SERVER_STORE_SQLITE_H
#define SERVER_STORE_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>

#include "store/store.h"

#define STORE_FILE "newroot.db"

/* Tables that version 5 has, and no version before it. */
#define SQL_TABLES_OF_5                                                                                                  \
	"CREATE TABLE shown_plan ("                                                                                      \
	" vm INTEGER PRIMARY KEY REFERENCES vm ON DELETE CASCADE, disks TEXT NOT NULL) STRICT;"                          \
	"CREATE TABLE principal ("                                                                                       \
	" name TEXT PRIMARY KEY, roles INTEGER NOT NULL, vm_group TEXT NOT NULL, made_ms INTEGER NOT NULL,"              \
	" expires_ms INTEGER NOT NULL, revoked_ms INTEGER NOT NULL, token_hash TEXT NOT NULL UNIQUE) STRICT;"            \
	"CREATE TABLE audit ("                                                                                           \
	" id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL, origin TEXT NOT NULL,"                      \
	" act TEXT NOT NULL, what TEXT NOT NULL, outcome TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"                     \
	"CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit is only added to'); END;" \
	"CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is only added to'); END;"

#define SQL_TABLES_OF_6                                                                            \
	"CREATE TABLE trust ("                                                                     \
	" vm INTEGER PRIMARY KEY REFERENCES vm ON DELETE CASCADE, anchors TEXT NOT NULL) STRICT;"

enum statement {
#define SQL(symbol, text) symbol,
#include "store/statements.def"
#undef SQL
	STATEMENTS
};

struct store {
	sqlite3 *db;
	pthread_mutex_t lock;
	sqlite3_stmt *statement[STATEMENTS];
};

/*
 * Lock the store and give the statement with `types` bound from the arguments: 'i' int64_t, 't' text
 * (const char *, not NULL). NULL after an error, with the lock let go.
 */
sqlite3_stmt *sql_use(struct store *store, enum statement which, struct err *err, const char *types,
		      ...);
/* One row: 1; the end: 0; -1 after an error. */
int sql_step(struct store *store, sqlite3_stmt *stmt, struct err *err);
/* Reset the statement and unlock; passes `ret` through. */
int sql_done(struct store *store, sqlite3_stmt *stmt, int ret);

/* sql_use, one sql_step, sql_done: for statements without rows. */
#define sql_run(store, which, err, ...)                                                            \
	sql_run_bound((store), sql_use((store), (which), (err), __VA_ARGS__), (err))
int sql_run_bound(struct store *store, sqlite3_stmt *stmt, struct err *err);

/* The same, of which is to be told whether it changed anything: 1; else 0. */
#define sql_run_changes(store, which, err, ...)                                                    \
	sql_run_changes_bound((store), sql_use((store), (which), (err), __VA_ARGS__), (err))
int sql_run_changes_bound(struct store *store, sqlite3_stmt *stmt, struct err *err);

/* What SQLite says: -1 with ERR_SERVICE_STORE. */
int sql_error(struct store *store, const char *what, struct err *err);
/* Statements without values, one after the other. */
int sql_exec(struct store *store, const char *text, struct err *err);
/* The version that the file says it has; 0: it is empty. */
int sql_version(struct store *store, int *version, struct err *err);

/* SQLite gives its -wal and -shm files the mode of the database, so that one is made first, with 0600. Opened when it is there. */
int sql_make_file(const char *path, struct err *err);

/*
 * Bring the store at `path` from an older version to this one, in one transaction, after a copy of it was written beside it
 * ("newroot.db.v4"). Errors: ERR_SERVICE_STORE, also for a version that is not known; then all is as it was.
 */
int store_upgrade(struct store *store, const char *path, int to, struct err *err);

/* A text column, "" for NULL. */
const char *sql_text(sqlite3_stmt *stmt, int column);

#endif
