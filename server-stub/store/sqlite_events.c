#include <string.h>

#include "store/sqlite.h"
#include "util/limits.h"

static void read_boot(struct boot *boot, sqlite3_stmt *stmt)
{
	memset(boot, 0, sizeof(*boot));
	boot->id = sqlite3_column_int64(stmt, 0);
	boot->vm = sqlite3_column_int64(stmt, 1);
	strncpy(boot->uuid, sql_text(stmt, 2), sizeof(boot->uuid) - 1);
	boot->taken = sqlite3_column_int64(stmt, 3);
	boot->stored = sqlite3_column_int64(stmt, 4);
	boot->first_ms = sqlite3_column_int64(stmt, 5);
	boot->life = (enum boot_life)sqlite3_column_int(stmt, 6);
	boot->newest = sqlite3_column_int(stmt, 7);
	boot->newest_installed = sqlite3_column_int(stmt, 8);
	boot->after_job = sqlite3_column_int(stmt, 9);
	boot->job_heard_ms = sqlite3_column_int64(stmt, 10);
}

static int find_boot(struct store *store, int64_t vm, const char *uuid, struct boot *boot,
		     struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_BOOT_FIND, err, "it", vm, uuid);
	int ret;

	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0)
		read_boot(boot, stmt);
	return sql_done(store, stmt, ret);
}

/* The first number of a statement's first row; 0: it has none. */
static int read_number(struct store *store, sqlite3_stmt *stmt, int64_t *number, struct err *err)
{
	int ret;

	*number = 0;
	if (!stmt)
		return -1;
	ret = sql_step(store, stmt, err);
	if (ret > 0)
		*number = sqlite3_column_int64(stmt, 0);
	return sql_done(store, stmt, ret < 0 ? -1 : 0);
}

static int trim(struct store *store, int64_t boot, struct err *err)
{
	if (sql_run(store, SQL_BOOT_TRIM_EVENTS, err, "ii", boot,
		    (int64_t)BOOT_TRIMMED_EVENTS_MAX) < 0)
		return -1;
	return sql_run(store, SQL_BOOT_TRIMMED, err, "i", boot);
}

static int make_room(struct store *store, int64_t vm, struct err *err)
{
	int64_t oldest;

	if (read_number(store,
			sql_use(store, SQL_BOOT_TO_TRIM, err, "ii", vm, (int64_t)VM_BOOTS_MAX),
			&oldest, err) < 0 ||
	    (oldest && trim(store, oldest, err) < 0))
		return -1;
	return sql_run(store, SQL_BOOT_TRIM, err, "ii", vm, (int64_t)VM_BOOTS_TRIMMED_MAX);
}

static int check_new(struct store *store, int64_t vm, int64_t now_ms, struct err *err)
{
	int64_t count;

	if (read_number(store,
			sql_use(store, SQL_BOOT_NEW, err, "ii", vm, now_ms - INT64_C(3600000)),
			&count, err) < 0)
		return -1;
	if (count < VM_BOOTS_PER_HOUR)
		return 0;
	return err_set(
		err, ERR_SERVICE_LIMIT, "boot",
		"%lld boots of this VM began within an hour; no more are taken until it is over",
		(long long)count);
}

int store_boot_open(struct store *store, int64_t vm, const char *uuid, int64_t now_ms,
		    struct boot *boot, struct err *err)
{
	int found = find_boot(store, vm, uuid, boot, err);

	if (found != 0)
		return found < 0 ? -1 : 0;
	if (check_new(store, vm, now_ms, err) < 0 ||
	    sql_run(store, SQL_BOOT_ADD, err, "iti", vm, uuid, now_ms) < 0 ||
	    make_room(store, vm, err) < 0)
		return -1;
	return find_boot(store, vm, uuid, boot, err) < 0 ? -1 : 0;
}

static int bytes_of_boot(struct store *store, int64_t boot, int64_t *bytes, struct err *err)
{
	return read_number(store, sql_use(store, SQL_BOOT_BYTES, err, "i", boot), bytes, err);
}

int store_boot_forget_oldest(struct store *store, const struct boot *than, int64_t *freed,
			     struct err *err)
{
	int64_t oldest, left;

	*freed = 0;
	if (read_number(store, sql_use(store, SQL_BOOT_OLDEST, err, "ii", than->vm, than->id),
			&oldest, err) < 0)
		return -1;
	if (!oldest)
		return 0;
	if (bytes_of_boot(store, oldest, freed, err) < 0 || trim(store, oldest, err) < 0 ||
	    bytes_of_boot(store, oldest, &left, err) < 0)
		return -1;
	*freed -= left;
	return 1;
}

int store_boot_save(struct store *store, const struct boot *boot, struct err *err)
{
	return sql_run(store, SQL_BOOT_SAVE, err, "iiii", boot->taken, boot->stored,
		       (int64_t)boot->life, boot->id);
}

int store_boot_each(struct store *store, int64_t vm,
		    void (*each)(void *arg, const struct boot *boot), void *arg, struct err *err)
{
	sqlite3_stmt *stmt = sql_use(store, SQL_BOOT_ALL, err, "i", vm);
	struct boot boot;
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		read_boot(&boot, stmt);
		each(arg, &boot);
	}
	return sql_done(store, stmt, ret);
}

int store_event_add(struct store *store, const struct boot *boot, const struct event *event,
		    int64_t now_ms, struct err *err)
{
	return sql_run_changes(store, SQL_EVENT_ADD, err, "iiiittt", boot->id, event->seq,
			       event->ms, now_ms, event->type, event->step, event->body);
}

int store_event_count(struct store *store, int64_t vm, int64_t *count, struct err *err)
{
	return read_number(store, sql_use(store, SQL_EVENT_COUNT, err, "i", vm), count, err);
}

int store_event_bytes(struct store *store, int64_t vm, int64_t *bytes, struct err *err)
{
	return read_number(store, sql_use(store, SQL_EVENT_BYTES, err, "i", vm), bytes, err);
}

static int each_event(struct store *store, sqlite3_stmt *stmt,
		      void (*each)(void *arg, const struct event_row *row), void *arg,
		      struct err *err)
{
	int ret;

	if (!stmt)
		return -1;
	while ((ret = sql_step(store, stmt, err)) > 0) {
		const struct event_row row = {
			.boot = sql_text(stmt, 0),
			.type = sql_text(stmt, 1),
			.step = sql_text(stmt, 2),
			.body = sql_text(stmt, 3),
			.seq = sqlite3_column_int64(stmt, 4),
			.ms = sqlite3_column_int64(stmt, 5),
			.received_ms = sqlite3_column_int64(stmt, 6),
		};

		each(arg, &row);
	}
	return sql_done(store, stmt, ret);
}

int store_event_each(struct store *store, int64_t vm,
		     void (*each)(void *arg, const struct event_row *row), void *arg,
		     struct err *err)
{
	return each_event(store, sql_use(store, SQL_EVENT_ALL, err, "i", vm), each, arg, err);
}

int store_event_since(struct store *store, int64_t boot, int64_t seq, int64_t limit,
		      void (*each)(void *arg, const struct event_row *row), void *arg,
		      struct err *err)
{
	return each_event(store, sql_use(store, SQL_EVENT_SINCE, err, "iii", boot, seq, limit),
			  each, arg, err);
}

int store_event_each_step(struct store *store, int64_t vm, int64_t limit,
			  void (*each)(void *arg, const struct event_row *row), void *arg,
			  struct err *err)
{
	return each_event(store, sql_use(store, SQL_EVENT_STEPS, err, "ii", vm, limit), each, arg,
			  err);
}
