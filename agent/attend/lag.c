#include "attend/lag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "database/source.h"
#include "installed/installed_report.h"
#include "installed/watch.h"

struct look {
	enum lag_kind kind;
	char text[640];
};

static enum lag_kind kind_of(const struct replica_state *state, enum lag_kind before)
{
	const long behind = strtol(state->lag, NULL, 10);

	if (*state->execute_error || *state->receive_error || !state->executing)
		return LAG_STOPPED;
	if (!state->receiving)
		return LAG_CUT;
	if (behind >= ATTEND_BEHIND_S)
		return LAG_BEHIND;
	/* In between it is what it was: no word for each time that the limit is crossed. */
	return before == LAG_BEHIND && behind > ATTEND_WELL_S ? LAG_BEHIND : LAG_WELL;
}

static void describe(struct look *look, const char *host, const struct replica_state *state)
{
	const char *error = *state->execute_error ? state->execute_error : state->receive_error;

	if (look->kind == LAG_STOPPED)
		snprintf(look->text, sizeof(look->text), "replication from %s has stopped%s%s",
			 host, *error ? ": " : "", error);
	else if (look->kind == LAG_CUT)
		snprintf(
			look->text, sizeof(look->text),
			"replication from %s waits for its connection, and has executed up to %s:%llu",
			host, state->executed.file, state->executed.position);
	else
		snprintf(look->text, sizeof(look->text),
			 "%s s behind %s, has executed up to %s:%llu", state->lag, host,
			 state->executed.file, state->executed.position);
}

static bool runs(const struct replica_state *state)
{
	return state->executing && state->receiving;
}

/* A server that is set not to start it by itself has forgotten it at the boot. */
static void start_once(struct lag *lag, struct replica *replica, const struct replica_state *state)
{
	if (!lag->started && !*state->execute_error && !*state->receive_error && !runs(state))
		replica_order(replica, REPLICA_START, NULL);
	lag->started = true;
}

/* Once for each password: whoever mends it changes the instructions. */
static void renew_once(struct lag *lag, struct replica *replica)
{
	struct err err = ERR_INIT;

	if (lag->renewed)
		return;
	lag->renewed = replica_renew(replica, &err) != 0;
	if (err.code != ERR_NONE)
		watch_note("the login of this replica is refused, and cannot be given anew: %s",
			   err.msg);
}

/* Not while a cutover stops it: what is started then could not be forgotten. */
static void mend(struct lag *lag, struct replica *replica, struct replica_state *state,
		 const char *state_dir)
{
	const int lock = installed_lock(state_dir, ERR_DATABASE_REPLICATE, NULL);

	if (lock < 0)
		return;
	if (replica_ask(replica, NULL) == 0 && replica_follows(replica, NULL) > 0) {
		replica_read(replica, state);
		start_once(lag, replica, state);
		renew_once(lag, replica);
	}
	close(lock);
}

static void ask(struct lag *lag, const struct job_databases *databases, struct replica *replica,
		const char *state_dir, struct look *look)
{
	struct replica_state state;
	struct err err = ERR_INIT;
	int follows;

	*look = (struct look){.kind = LAG_AWAY};
	if (replica_open(replica, &err)) {
		snprintf(look->text, sizeof(look->text),
			 "this VM's database server does not answer: %.500s", err.msg);
		return;
	}
	follows = replica_follows(replica, &err);
	if (follows > 0) {
		replica_read(replica, &state);
		if (runs(&state))
			lag->started = true;
		else
			mend(lag, replica, &state, state_dir);
		look->kind = kind_of(&state, lag->kind);
		describe(look, databases->source.ssh.host, &state);
		return;
	}
	look->kind = LAG_NONE;
	snprintf(look->text, sizeof(look->text), "this VM's server does not follow %s%s%.400s",
		 databases->source.ssh.host, follows ? ": " : "", err.msg);
}

static void tell(struct lag *lag, const struct look *look)
{
	const int64_t now = clock_ms();

	if (look->kind == lag->kind && now - lag->told_ms < ATTEND_TELL_S * 1000)
		return;
	watch_note("%.500s", look->text);
	lag->kind = look->kind;
	lag->told_ms = now;
}

void lag_look(struct lag *lag, const struct job_databases *databases, const char *state_dir)
{
	const int64_t now = clock_ms();
	struct database_client client;
	struct arena arena = {0};
	struct err err = ERR_INIT;
	struct replica *replica;
	struct look look;
	int port;

	if (now - lag->looked_ms < ATTEND_LAG_S * 1000)
		return;
	lag->looked_ms = now;
	replica = arena_alloc(&arena, sizeof(*replica));
	if (source_port(state_dir, &port, &err) == 0 &&
	    database_client_open(&client, databases, state_dir, NULL, &arena, &err) == 0) {
		source_replica(databases, &client, port, replica);
		ask(lag, databases, replica, state_dir, &look);
		database_client_close(&client);
	} else {
		look.kind = LAG_AWAY;
		snprintf(look.text, sizeof(look.text), "%.600s", err.msg);
	}
	tell(lag, &look);
	arena_free(&arena);
}
