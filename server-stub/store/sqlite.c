#include "store/sqlite.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/limits.h"

#define STORE_VERSION 6

const int store_version = STORE_VERSION;

#define STORE_TEXT(number)  STORE_TEXT_(number)
#define STORE_TEXT_(number) #number

static const char *const texts[STATEMENTS] = {
#define SQL(symbol, text) [symbol] = text,
#include "store/statements.def"
#undef SQL
};

/* WITHOUT ROWID: an event is found by boot and number only, and lies beside its neighbours. */
static const char schema[] =
	"CREATE TABLE vm_group (name TEXT PRIMARY KEY, hold INTEGER NOT NULL DEFAULT 0,"
	" document TEXT NOT NULL DEFAULT '') STRICT;"
	"CREATE TABLE vm ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
	" vm_group TEXT NOT NULL, role TEXT NOT NULL, master TEXT NOT NULL,"
	" imported INTEGER NOT NULL, mac TEXT NOT NULL UNIQUE, address TEXT NOT NULL,"
	" finals TEXT NOT NULL, token TEXT NOT NULL, token_hash TEXT NOT NULL,"
	" mode TEXT NOT NULL, parameters TEXT NOT NULL, state TEXT NOT NULL,"
	" before TEXT NOT NULL DEFAULT '', step TEXT NOT NULL DEFAULT '',"
	" item TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0,"
	" total INTEGER NOT NULL DEFAULT 0, rate INTEGER NOT NULL DEFAULT 0,"
	" waiting TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',"
	" again_boot TEXT NOT NULL DEFAULT '', armed INTEGER NOT NULL,"
	" handed_to TEXT NOT NULL DEFAULT '', hold INTEGER NOT NULL DEFAULT 0,"
	" holding INTEGER NOT NULL DEFAULT 0, hold_step TEXT NOT NULL DEFAULT '',"
	" lease_by TEXT NOT NULL DEFAULT '', lease_until_ms INTEGER NOT NULL DEFAULT 0,"
	" anew INTEGER NOT NULL DEFAULT 0, cutover_ms INTEGER NOT NULL DEFAULT 0,"
	" cutover_wave INTEGER NOT NULL DEFAULT 0, secretless INTEGER NOT NULL DEFAULT 0,"
	" claimed_ms INTEGER NOT NULL DEFAULT 0, added_ms INTEGER NOT NULL,"
	" changed_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL DEFAULT 0,"
	" version INTEGER NOT NULL) STRICT;"
	/* Apart from it: an UPDATE writes its whole row, and each body of events is one. */
	"CREATE TABLE vm_text ("
	" vm INTEGER PRIMARY KEY REFERENCES vm ON DELETE CASCADE,"
	" job TEXT NOT NULL, spec TEXT NOT NULL, given TEXT NOT NULL DEFAULT '') STRICT;"
	"CREATE UNIQUE INDEX vm_address ON vm (address) WHERE address <> '';"
	"CREATE UNIQUE INDEX vm_token_hash ON vm (token_hash) WHERE token_hash <> '';"
	"CREATE INDEX vm_anonymous ON vm (id) WHERE address = '' AND token_hash = '';"
	"CREATE INDEX vm_version ON vm (version);"
	/* The version that removing a VM made; one row. */
	"CREATE TABLE removed (version INTEGER NOT NULL) STRICT;"
	"INSERT INTO removed VALUES (0);"
	"CREATE TRIGGER vm_removed AFTER DELETE ON vm BEGIN UPDATE removed SET version = "
	"1 + max(version, OLD.version, coalesce((SELECT max(version) FROM vm), 0)); END;"
	/* MACs that are given to nobody else. */
	"CREATE TABLE retired (mac TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
	"CREATE INDEX vm_in_group ON vm (vm_group) WHERE vm_group <> '';"
	"CREATE INDEX vm_holding ON vm (vm_group) WHERE holding;"
	"CREATE INDEX vm_ordered ON vm (vm_group, cutover_wave) WHERE cutover_ms;"
	"CREATE TABLE boot ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, vm INTEGER NOT NULL REFERENCES vm ON DELETE CASCADE,"
	" uuid TEXT NOT NULL, taken INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0,"
	" first_ms INTEGER NOT NULL, life INTEGER NOT NULL DEFAULT 0,"
	" trimmed INTEGER NOT NULL DEFAULT 0, UNIQUE (vm, uuid)) STRICT;"
	"CREATE TABLE event ("
	" boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE, seq INTEGER NOT NULL,"
	" ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, type TEXT NOT NULL, step TEXT NOT NULL,"
	" body TEXT NOT NULL, PRIMARY KEY (boot, seq)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX event_step ON event (boot, seq) WHERE type IN ('begin', 'end');"
	"CREATE TABLE change ("
	" id INTEGER PRIMARY KEY, vm INTEGER NOT NULL REFERENCES vm ON DELETE CASCADE,"
	" at_ms INTEGER NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL,"
	" cause TEXT NOT NULL, by_vm INTEGER NOT NULL DEFAULT 1) STRICT;"
	"CREATE INDEX change_vm ON change (vm);"
	"CREATE TABLE refusal ("
	" id INTEGER PRIMARY KEY, vm INTEGER NOT NULL REFERENCES vm ON DELETE CASCADE,"
	" address TEXT NOT NULL, reason TEXT NOT NULL, first_ms INTEGER NOT NULL,"
	" last_ms INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 1,"
	" UNIQUE (vm, address, reason)) STRICT;"
	"CREATE TABLE archive ("
	" path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
	" inode INTEGER NOT NULL, sha256 TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '') STRICT;" SQL_TABLES_OF_5
		SQL_TABLES_OF_6;

int sql_error(struct store *store, const char *what, struct err *err)
{
	return err_set(err, ERR_SERVICE_STORE, STORE_FILE, "%s: %s", what,
		       sqlite3_errmsg(store->db));
}

int sql_exec(struct store *store, const char *text, struct err *err)
{
	if (sqlite3_exec(store->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(store, "can't set up", err);
	return 0;
}

static int bind_one(sqlite3_stmt *stmt, int index, char type, va_list *ap)
{
	if (type == 'i')
		return sqlite3_bind_int64(stmt, index, va_arg(*ap, int64_t));
	return sqlite3_bind_text(stmt, index, va_arg(*ap, const char *), -1, SQLITE_TRANSIENT);
}

static sqlite3_stmt *prepared(struct store *store, enum statement which)
{
	sqlite3_stmt **stmt = &store->statement[which];

	if (!*stmt)
		sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, stmt,
				   NULL);
	return *stmt;
}

sqlite3_stmt *sql_use(struct store *store, enum statement which, struct err *err, const char *types,
		      ...)
{
	sqlite3_stmt *stmt;
	bool ok;
	va_list ap;

	pthread_mutex_lock(&store->lock);
	stmt = prepared(store, which);
	ok = stmt;
	va_start(ap, types);
	for (int i = 0; ok && types[i]; i++)
		ok = bind_one(stmt, i + 1, types[i], &ap) == SQLITE_OK;
	va_end(ap);
	if (ok)
		return stmt;
	sql_error(store, "can't prepare a statement", err);
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

int sql_step(struct store *store, sqlite3_stmt *stmt, struct err *err)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	return sql_error(store, "can't run a statement", err);
}

int sql_done(struct store *store, sqlite3_stmt *stmt, int ret)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	pthread_mutex_unlock(&store->lock);
	return ret;
}

int sql_run_bound(struct store *store, sqlite3_stmt *stmt, struct err *err)
{
	return stmt ? sql_done(store, stmt, sql_step(store, stmt, err)) : -1;
}

int sql_run_changes_bound(struct store *store, sqlite3_stmt *stmt, struct err *err)
{
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret == 0)
		ret = sqlite3_changes(store->db) > 0;
	return sql_done(store, stmt, ret);
}

const char *sql_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? text : "";
}

/* An empty file has version 0; the version is set in the transaction that makes the tables. */
static int ensure_schema(struct store *store, const char *path, bool create, struct err *err)
{
	int version = 0;
	char mark[64];

	if (sql_version(store, &version, err) < 0)
		return -1;
	if (version == STORE_VERSION)
		return 0;
	if (version != 0 || !create)
		return store_upgrade(store, path, STORE_VERSION, err);
	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d; COMMIT", STORE_VERSION);
	if (sql_exec(store, "BEGIN IMMEDIATE", err) < 0 || sql_exec(store, schema, err) < 0)
		return -1;
	return sql_exec(store, mark, err);
}

/*
 * FULL: in WAL mode a commit is on disk only with an fsync of the log. Deleted texts are overwritten: passwords that have left the
 * store must not stand in its free pages. What is deleted of a store that was made with auto_vacuum goes back to the filesystem
 * (store_tidy).
 */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = " STORE_TEXT(
	STORE_LOG_BYTES) ";"
			 "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"
			 "PRAGMA trusted_schema = OFF";

static int open_db(struct store *store, const char *path, bool create, struct err *err)
{
	if (create && sql_make_file(path, err) < 0)
		return -1;
	if (sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) !=
	    SQLITE_OK)
		return sql_error(store, "can't open", err);
	sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
	/* Before it has a table. Of one that has, this would wait for whoever writes. */
	if (create && sql_exec(store, "PRAGMA auto_vacuum = INCREMENTAL", err) < 0)
		return -1;
	if (sql_exec(store, pragmas, err) < 0)
		return -1;
	return ensure_schema(store, path, create, err);
}

int store_open(struct store **store, const char *data_path, bool create, struct err *err)
{
	struct store *opened = calloc(1, sizeof(*opened));
	char path[PATH_MAX];

	if (!opened)
		return err_set(err, ERR_MEMORY, data_path, "no memory for the store");
	pthread_mutex_init(&opened->lock, NULL);
	if (snprintf(path, sizeof(path), "%s/" STORE_FILE, data_path) >= (int)sizeof(path)) {
		err_set(err, ERR_SERVICE_STORE, data_path, "the path is too long");
		goto failed;
	}
	if (open_db(opened, path, create, err) < 0)
		goto failed;
	*store = opened;
	return 0;
failed:
	store_close(opened);
	return -1;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->statement[i]);
	sqlite3_close(store->db);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

int store_tidy(struct store *store, struct err *err)
{
	int ret;

	pthread_mutex_lock(&store->lock);
	ret = sql_exec(store, "PRAGMA incremental_vacuum(" STORE_TEXT(STORE_TIDY_PAGES) ")", err);
	pthread_mutex_unlock(&store->lock);
	return ret;
}

int store_touch(struct store *store, struct err *err)
{
	return sql_run(store, SQL_TOUCH, err, "");
}

int store_begin(struct store *store, struct err *err)
{
	return sql_run(store, SQL_BEGIN, err, "");
}

int store_begin_reading(struct store *store, struct err *err)
{
	return sql_run(store, SQL_BEGIN_READING, err, "");
}

int store_commit(struct store *store, struct err *err)
{
	if (sql_run(store, SQL_COMMIT, err, "") == 0)
		return 0;
	store_rollback(store);
	return -1;
}

void store_rollback(struct store *store)
{
	if (!sqlite3_get_autocommit(store->db))
		sql_run(store, SQL_ROLLBACK, NULL, "");
}

bool store_in_transaction(struct store *store)
{
	return !sqlite3_get_autocommit(store->db);
}

int store_part_begin(struct store *store, struct err *err)
{
	return sql_run(store, SQL_PART, err, "");
}

int store_part_end(struct store *store, bool keep, struct err *err)
{
	if (!keep && sql_run(store, SQL_PART_ROLLBACK, err, "") < 0)
		return -1;
	return sql_run(store, SQL_PART_RELEASE, err, "");
}
