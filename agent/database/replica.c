#include "database/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "database/row.h"
#include "database/server.h"
#include "installed/watch.h"
#include "service/report.h"

#define SETTLED                                                                                    \
	2 /* looks in a row without any lag: the first may come before the master has sent anything */

/* Numbers of the server's errors. */
#define ACCESS_DENIED             1045
#define ACCESS_DENIED_NO_PASSWORD 1698

static unsigned long long status_number(const struct replica *replica, const char *name)
{
	char value[64];

	row_get(replica->status, name, value, sizeof(value));
	return strtoull(value, NULL, 10);
}

static bool status_is(const struct replica *replica, const char *name, const char *wanted)
{
	char value[256];

	row_get(replica->status, name, value, sizeof(value));
	return !strcasecmp(value, wanted);
}

int replica_ask(struct replica *replica, struct err *err)
{
	int ret;

	replica->client->named = true;
	ret = database_ask(replica->client, NULL, replica->statements->status, replica->status,
			   err);
	replica->client->named = false;
	return ret;
}

int replica_open(struct replica *replica, struct err *err)
{
	struct database_version version;

	if (database_server_version(replica->client, &version, err))
		return -1;
	replica->statements = statements_of(&version);
	return replica_ask(replica, err);
}

int replica_follows(const struct replica *replica, struct err *err)
{
	const char *forget = replica->statements->orders[REPLICA_FORGET];
	char host[256];

	row_get(replica->status, replica->statements->columns->host, host, sizeof(host));
	if (!*host)
		return 0;
	if (!strcmp(host, replica->host) &&
	    status_number(replica, replica->statements->columns->port) == (unsigned)replica->port)
		return 1;
	return err_set(
		err, ERR_DATABASE_REPLICATE, host,
		"this server follows %s already, not %s: if that is over, make it forget: %.*s",
		host, replica->host, (int)strlen(forget) - 1, forget);
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
	return err_set(
		err, ERR_DATABASE_REPLICATE, replica->name,
		"the server_id of this replica is %lu, its master's %lu: give this one another in its configuration (the job's files)",
		own, master->server_id);
}

int replica_change(struct replica *replica, const struct replica_login *login,
		   const struct master_position *from, struct err *err)
{
	const struct statements *statements = replica->statements;
	const char *sql = arena_printf(replica->client->arena, statements->change, replica->host,
				       replica->port, login->user, login->password, from->file,
				       from->position, statements->more,
				       login->patient ? statements->patient : "");

	if (check_server_id(replica, from, err) ||
	    database_ask(replica->client, NULL, sql, NULL, err))
		return -1;
	watch_note("follows %s from %s:%llu", replica->name, from->file, from->position);
	return 0;
}

int replica_order(struct replica *replica, enum replica_order order, struct err *err)
{
	return database_ask(replica->client, NULL, replica->statements->orders[order], NULL, err);
}

/* The last error of a thread that works is over. */
static void read_error(const struct replica *replica, bool works, const char *number,
		       const char *text, char *error, size_t size)
{
	*error = '\0';
	if (!works && status_number(replica, number))
		row_get(replica->status, text, error, size);
}

void replica_read(const struct replica *replica, struct replica_state *state)
{
	const struct replica_columns *words = replica->statements->columns;

	*state = (struct replica_state){
		.receiving = status_is(replica, words->io, "Yes"),
		.executing = status_is(replica, words->sql, "Yes"),
		.connecting = status_is(replica, words->io, "Connecting"),
		.received.position = status_number(replica, words->received_at),
		.executed.position = status_number(replica, words->executed_at),
	};
	row_get(replica->status, words->lag, state->lag, sizeof(state->lag));
	row_get(replica->status, words->received_file, state->received.file, MASTER_FILE_MAX);
	row_get(replica->status, words->executed_file, state->executed.file, MASTER_FILE_MAX);
	read_error(replica, !status_is(replica, words->io, "No"), "Last_IO_Errno", "Last_IO_Error",
		   state->receive_error, sizeof(state->receive_error));
	read_error(replica, !status_is(replica, words->sql, "No"), "Last_Errno", "Last_Error",
		   state->execute_error, sizeof(state->execute_error));
	read_error(replica, !state->connecting, "Last_IO_Errno", "Last_IO_Error",
		   state->connect_error, sizeof(state->connect_error));
}

static bool is_refused(const struct replica *replica, const struct replica_state *state)
{
	const unsigned long long error = status_number(replica, "Last_IO_Errno");

	return !state->receiving && (error == ACCESS_DENIED || error == ACCESS_DENIED_NO_PASSWORD);
}

/* The server throws away what came and is not executed: it would be fetched again, if it is still there. */
int replica_renew(struct replica *replica, struct err *err)
{
	const struct replica_login *login = &replica->login;
	struct replica_state state;

	replica_read(replica, &state);
	if (!login->user || !is_refused(replica, &state) ||
	    strcmp(state.received.file, state.executed.file) != 0 ||
	    state.received.position != state.executed.position)
		return 0;
	if (replica_order(replica, REPLICA_STOP, err) ||
	    database_ask(replica->client, NULL,
			 arena_printf(replica->client->arena, replica->statements->renew,
				      login->user, login->password),
			 NULL, err) ||
	    replica_order(replica, REPLICA_START, err))
		return -1;
	watch_note("%s refuses the login of this replica, which is given anew", replica->name);
	return 1;
}

static int check_stopped(const struct replica *replica, const char *error, struct err *err)
{
	return *error ? err_set(err, ERR_DATABASE_REPLICATE, replica->name,
				"replication has stopped: %s", error)
		      : 0;
}

/* 1: nothing is left to be done; 0: not yet. */
static int look(struct replica *replica, struct replica_state *state, struct err *err)
{
	if (replica_ask(replica, err))
		return -1;
	replica_read(replica, state);
	if (check_stopped(replica, state->execute_error, err) ||
	    check_stopped(replica, state->receive_error, err))
		return -1;
	return state->receiving && state->executing && !strcmp(state->lag, "0");
}

static int give_up(const struct replica *replica, const struct replica_state *state,
		   struct err *err)
{
	return err_set(err, ERR_DATABASE_REPLICATE, replica->name,
		       "not caught up with %s within %u s: %s s behind%s%s", replica->name,
		       replica->limit_s, state->lag, *state->connect_error ? ": " : "",
		       state->connect_error);
}

static int wait_for_no_lag(struct replica *replica, struct err *err)
{
	const int64_t deadline = clock_ms() + (int64_t)replica->limit_s * 1000;
	unsigned seconds = 0;
	int renewed = 0;
	char reason[128];

	for (int settled = 0; settled < SETTLED;) {
		struct replica_state state;
		int done = look(replica, &state, err);

		if (done < 0 || (!renewed && (renewed = replica_renew(replica, err)) < 0))
			return -1;
		settled = done ? settled + 1 : 0;
		if (settled == SETTLED)
			break;
		if (replica->limit_s && clock_ms() >= deadline)
			return give_up(replica, &state, err);
		if (!done && (seconds++ % FIRST_BOOT_HEARTBEAT_S) == 0) {
			snprintf(reason, sizeof(reason), "%s s behind %.64s", state.lag,
				 replica->name);
			report_wait(reason);
		}
		if (replica->each_second)
			replica->each_second();
		watch_pause();
	}
	return 0;
}

int replica_catch_up(struct replica *replica, struct err *err)
{
	int ret = wait_for_no_lag(replica, err);

	report_wait("");
	if (ret == 0)
		watch_note("replication from %s runs, 0 s behind", replica->name);
	return ret;
}
