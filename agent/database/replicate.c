#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "service/report.h"
#include "database/database.h"
#include "database/master.h"
#include "database/server.h"
#include "target/watch.h"

#define SETTLED                                                                                    \
	2 /* looks in a row without any lag: the first may come before the master has sent anything */

bool database_replicates(const struct job_databases *databases)
{
	return databases->given && databases->role == DATABASE_REPLICA &&
	       databases->replication.user;
}

/* The words for it have changed. */
struct dialect {
	const char *status, *start;
	const char *host, *port, *io, *sql, *lag, *io_errno, *io_error;
	const char *change; /* host, port, user, password, file, position */
	const char *more;
};

static const struct dialect old_words = {
	.status = "SHOW SLAVE STATUS;\n",
	.start = "START SLAVE;\n",
	.host = "Master_Host",
	.port = "Master_Port",
	.io = "Slave_IO_Running",
	.sql = "Slave_SQL_Running",
	.lag = "Seconds_Behind_Master",
	.io_errno = "Last_IO_Errno",
	.io_error = "Last_IO_Error",
	.change = "CHANGE MASTER TO MASTER_HOST='%s', MASTER_PORT=%d, MASTER_USER='%s', "
		  "MASTER_PASSWORD='%s', MASTER_LOG_FILE='%s', MASTER_LOG_POS=%llu%s;\n",
	.more = "",
};

/* MySQL 8.0.23 and later */
static const struct dialect new_words = {
	.status = "SHOW REPLICA STATUS;\n",
	.start = "START REPLICA;\n",
	.host = "Source_Host",
	.port = "Source_Port",
	.io = "Replica_IO_Running",
	.sql = "Replica_SQL_Running",
	.lag = "Seconds_Behind_Source",
	.io_errno = "Last_IO_Errno",
	.io_error = "Last_IO_Error",
	.change =
		"CHANGE REPLICATION SOURCE TO SOURCE_HOST='%s', SOURCE_PORT=%d, SOURCE_USER='%s', "
		"SOURCE_PASSWORD='%s', SOURCE_LOG_FILE='%s', SOURCE_LOG_POS=%llu%s;\n",
	.more = ", GET_SOURCE_PUBLIC_KEY=1",
};

struct replica {
	struct database_client *client;
	const struct job_databases *databases;
	const struct dialect *words;
	bool mariadb_gtid; /* knows MASTER_USE_GTID, and may have it on by itself */
	char status[DATABASE_ANSWER_MAX];
};

/* Of "        NAME: VALUE" lines, into `value`; "" when it is not there. */
static void status_get(const char *status, const char *name, char *value, size_t size)
{
	const size_t length = strlen(name);

	*value = '\0';
	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += strspn(line, " \n");
		if (strncmp(line, name, length) || strncmp(line + length, ": ", 2))
			continue;
		snprintf(value, size, "%.*s", (int)strcspn(line + length + 2, "\n"),
			 line + length + 2);
		return;
	}
}

static long status_number(const struct replica *replica, const char *name)
{
	char value[64];

	status_get(replica->status, name, value, sizeof(value));
	return strtol(value, NULL, 10);
}

static bool status_is(const struct replica *replica, const char *name, const char *wanted)
{
	char value[256];

	status_get(replica->status, name, value, sizeof(value));
	return !strcasecmp(value, wanted);
}

static int ask_status(struct replica *replica, struct err *err)
{
	int ret;

	replica->client->vertical = true;
	ret = database_ask(replica->client, NULL, replica->words->status, replica->status, err);
	replica->client->vertical = false;
	return ret;
}

static int choose_words(struct replica *replica, struct err *err)
{
	struct database_version version;

	if (database_server_version(replica->client, &version, err))
		return -1;
	replica->words = !version.mariadb && version.number >= 80023 ? &new_words : &old_words;
	replica->mariadb_gtid = version.mariadb && version.number >= 100002;
	return 0;
}

/* 1: it follows our master already; 0: nobody; -1: another one, which is not ours to be changed. */
static int follows(const struct replica *replica, struct err *err)
{
	const struct job_databases *databases = replica->databases;
	char host[256];

	status_get(replica->status, replica->words->host, host, sizeof(host));
	if (!*host)
		return 0;
	if (!strcmp(host, database_master_host(databases)) &&
	    status_number(replica, replica->words->port) == databases->master.port)
		return 1;
	return err_set(err, ERR_DATABASE_REPLICATE, host,
		       "this server follows %s already, not %s: if that is over, make it forget "
		       "(RESET SLAVE ALL)",
		       host, database_master_host(databases));
}

static int check_server_id(struct replica *replica, const struct master_position *master,
			   struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];
	unsigned long own;

	if (database_ask(replica->client, NULL, "SELECT @@server_id;\n", answer, err))
		return -1;
	own = strtoul(answer, NULL, 10);
	if (own && own != master->server_id)
		return 0;
	return err_set(err, ERR_DATABASE_REPLICATE, database_master_host(replica->databases),
		       "the server_id of this replica is %lu, its master's %lu: give this one "
		       "another in its configuration (the job's files)",
		       own, master->server_id);
}

/* Only from a master that newroot loaded, too: both have the same data then. */
static int follow(struct replica *replica, const struct master_position *from, struct err *err)
{
	const struct job_databases *databases = replica->databases;
	const char *more = replica->mariadb_gtid ? ", MASTER_USE_GTID=no" : replica->words->more;
	const char *sql = arena_printf(replica->client->arena, replica->words->change,
				       database_master_host(databases), databases->master.port,
				       databases->replication.user, databases->replication.password,
				       from->file, from->position, more);

	if (check_server_id(replica, from, err) ||
	    database_ask(replica->client, NULL, sql, NULL, err))
		return -1;
	watch_note("follows %s from %s:%llu", databases->master.name, from->file, from->position);
	return 0;
}

static int ask_master(const struct database_work *work, struct arena *arena,
		      struct master_position *position, struct err *err)
{
	struct database_client master;
	int ret = database_client_open_master(&master, work->databases, work->state_dir,
					      work->watch, arena, err);

	if (ret == 0)
		ret = database_master_ask(&master, position, err);
	database_client_close(&master);
	return ret;
}

/* A thread that has stopped does not start again by itself. */
static int check_stopped(const struct replica *replica, const char *running, const char *number,
			 const char *text, struct err *err)
{
	char reason[512];

	if (!status_is(replica, running, "No") || status_number(replica, number) == 0)
		return 0;
	status_get(replica->status, text, reason, sizeof(reason));
	return err_set(err, ERR_DATABASE_REPLICATE, database_master_host(replica->databases),
		       "replication has stopped: %s", reason);
}

/* 1: nothing is left to be done; 0: not yet. */
static int look(struct replica *replica, char *lag, size_t size, struct err *err)
{
	const struct dialect *words = replica->words;

	if (ask_status(replica, err) ||
	    check_stopped(replica, words->sql, "Last_Errno", "Last_Error", err) ||
	    check_stopped(replica, words->io, words->io_errno, words->io_error, err))
		return -1;
	status_get(replica->status, words->lag, lag, size);
	return status_is(replica, words->io, "Yes") && status_is(replica, words->sql, "Yes") &&
	       !strcmp(lag, "0");
}

static int give_up(const struct replica *replica, const char *lag, struct err *err)
{
	char reason[512];

	status_get(replica->status, replica->words->io_error, reason, sizeof(reason));
	return err_set(err, ERR_DATABASE_REPLICATE, database_master_host(replica->databases),
		       "not caught up with %s within %u s: %s s behind%s%s",
		       replica->databases->master.name, replica->databases->replication.limit_s,
		       lag, *reason ? ": " : "", reason);
}

static int wait_for_no_lag(struct replica *replica, struct err *err)
{
	const uint32_t limit_s = replica->databases->replication.limit_s;
	const int64_t deadline = clock_ms() + (int64_t)limit_s * 1000;
	unsigned seconds = 0;
	char lag[32], reason[128];

	for (int settled = 0; settled < SETTLED;) {
		int done = look(replica, lag, sizeof(lag), err);

		if (done < 0)
			return -1;
		settled = done ? settled + 1 : 0;
		if (settled == SETTLED)
			break;
		if (limit_s && clock_ms() >= deadline)
			return give_up(replica, lag, err);
		if (!done && (seconds++ % FIRST_BOOT_HEARTBEAT_S) == 0) {
			snprintf(reason, sizeof(reason), "%s s behind %s", lag,
				 replica->databases->master.name);
			report_wait(reason);
		}
		watch_pause();
	}
	return 0;
}

static int catch_up(struct replica *replica, struct err *err)
{
	int ret = wait_for_no_lag(replica, err);

	report_wait("");
	if (ret == 0)
		watch_note("replication from %s runs, 0 s behind", replica->databases->master.name);
	return ret;
}

static int replicate(const struct database_work *work, struct replica *replica, struct err *err)
{
	struct master_position from;
	int already;

	if (database_server_wait(replica->client, err) || choose_words(replica, err) ||
	    ask_status(replica, err))
		return -1;
	already = follows(replica, err);
	if (already < 0)
		return -1;
	if (!already &&
	    (ask_master(work, replica->client->arena, &from, err) || follow(replica, &from, err)))
		return -1;
	if (database_ask(replica->client, NULL, replica->words->start, NULL, err))
		return -1;
	return catch_up(replica, err);
}

int database_replicate(const struct database_work *work, struct err *err)
{
	struct database_client client;
	struct arena arena = {0};
	struct replica *replica = arena_alloc(&arena, sizeof(*replica));
	int ret = database_client_open(&client, work->databases, work->state_dir, work->watch,
				       &arena, err);

	*replica = (struct replica){.client = &client, .databases = work->databases};
	if (ret == 0)
		ret = replicate(work, replica, err);
	database_client_close(&client);
	arena_free(&arena);
	return ret;
}
