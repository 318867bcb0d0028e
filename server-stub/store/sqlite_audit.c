#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "store/audit.h"
#include "store/sqlite.h"
#include "vm/token.h"

_Static_assert(AUDIT_HASH_TEXT == TOKEN_HASH_TEXT, "both are SHA-256 as hex digits");

/* JSON, as its texts can hold no border between each other. What is no UTF-8 is left out of it, and out of the row. */
static int hash_row(char hash[AUDIT_HASH_TEXT], const struct audit_row *row, const char *before,
		    struct err *err)
{
	json_t *json = json_pack("[s, I, I, s, s, s, s, s]", before, (json_int_t)row->id,
				 (json_int_t)row->at_ms, row->who, row->from, row->act, row->what,
				 row->outcome);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (!text)
		return err_set(err, ERR_MEMORY, "audit", "no memory for a row");
	token_hash(hash, text);
	free(text);
	return 0;
}

/* Texts that are no UTF-8 have their other bytes shown as '?'. */
static char *plain(const char *text)
{
	json_t *json = json_string(text);
	char *copy = strdup(text);

	for (char *c = json ? NULL : copy; c && *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	json_decref(json);
	return copy;
}

static int read_last(struct store *store, int64_t *id, char hash[AUDIT_HASH_TEXT], struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_AUDIT_LAST, err, "");
	int ret;

	*id = 0;
	hash[0] = '\0';
	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0) {
		*id = sqlite3_column_int64(stmt, 0);
		strncpy(hash, sql_text(stmt, 1), AUDIT_HASH_TEXT - 1);
		hash[AUDIT_HASH_TEXT - 1] = '\0';
	}
	return sql_done(store, stmt, ret < 0 ? -1 : 0);
}

int store_audit_add(struct store *store, const struct audit_row *row, struct err *err)
{
	char before[AUDIT_HASH_TEXT], hash[AUDIT_HASH_TEXT];
	struct audit_row added = *row;
	char *what = plain(row->what);
	int ret = -1;

	if (!what)
		return err_set(err, ERR_MEMORY, "audit", "no memory for a row");
	added.what = what;
	if (read_last(store, &added.id, before, err) == 0) {
		added.id++;
		if (hash_row(hash, &added, before, err) == 0)
			ret = sql_run(store, SQL_AUDIT_ADD, err, "iitttttt", added.id, added.at_ms,
				      added.who, added.from, added.act, added.what, added.outcome,
				      hash);
	}
	free(what);
	return ret;
}

int store_audit_each(struct store *store, void (*each)(void *arg, const struct audit_row *row),
		     void *arg, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_AUDIT_ALL, err, "");
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		const struct audit_row row = {
			.id = sqlite3_column_int64(stmt, 0),
			.at_ms = sqlite3_column_int64(stmt, 1),
			.who = sql_text(stmt, 2),
			.from = sql_text(stmt, 3),
			.act = sql_text(stmt, 4),
			.what = sql_text(stmt, 5),
			.outcome = sql_text(stmt, 6),
			.hash = sql_text(stmt, 7),
		};

		each(arg, &row);
	}
	return sql_done(store, stmt, ret);
}

static void check_row(void *arg, const struct audit_row *row)
{
	struct audit_check *check = arg;
	char hash[AUDIT_HASH_TEXT];

	check->rows++;
	if (check->broken)
		return;
	if (row->id != check->rows || hash_row(hash, row, check->last, NULL) < 0 ||
	    strcmp(hash, row->hash) != 0)
		check->broken = check->rows;
	else
		memcpy(check->last, hash, sizeof(hash));
}

int store_audit_verify(struct store *store, struct audit_check *check, struct err *err)
{
	*check = (struct audit_check){0};
	return store_audit_each(store, check_row, check, err);
}

void audit_tell(const struct audit_row *row)
{
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "newroot-server: %s from %s: %s %s: %s", row->who,
	       row->from, row->act, row->what, row->outcome);
}
