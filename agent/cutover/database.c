/*
 * A database that follows the old platform's master stands on its own: once that takes no writes, and nothing of it is
 * missing here. Whatever is not so ends the cutover before anything is changed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cutover/parts.h"
#include "database/read_only.h"
#include "database/server.h"
#include "database/source.h"
#include "installed/first_boot_config.h"
#include "installed/installed.h"
#include "installed/watch.h"
#include "service/report.h"
#include "ssh/tunnel.h"

/* In the state, from when its master is forgotten: it must not be looked for then, and undo tells of it. */
#define PROMOTED "database was promoted"

struct promotion {
	struct cutover_work *work;
	struct first_boot_config config;
	const char *state_dir, *host;
	int port;
	struct database_client client, source;
	struct replica replica;
	struct replica_state state;
	int64_t deadline_ms;
	unsigned waited_s;
	bool follows; /* still, where an undo finds an interrupted promotion */
};

/* --- the old master */

static int refuse_writable(struct promotion *p, const char *what, struct err *err)
{
	return err_set(
		err, ERR_CUTOVER_WRITABLE, p->host,
		"%s %s: stop its applications, then give there: mysql -e 'SET GLOBAL read_only=1'",
		p->host, what);
}

static int open_source(struct promotion *p, struct err *err)
{
	const struct job_databases *databases = &p->config.databases;

	if (!tunnel_listens(p->port) &&
	    source_tunnel_open(databases, p->work->options->root, SOURCE_CUTOVER, p->port, err))
		return -1;
	return database_client_open_source(&p->source, databases, p->port, p->state_dir, NULL,
					   &p->work->arena, err);
}

static int ask_source(struct promotion *p, struct master_position *position, bool *read_only,
		      struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];

	if (source_ask(&p->source, "SELECT @@global.read_only;\n", answer, sizeof(answer), err) ||
	    database_master_position(&p->source, position, err))
		return -1;
	*read_only = atoi(answer) != 0;
	return 0;
}

/* --- the wait for its last word */

static int look(struct promotion *p, struct err *err)
{
	if (replica_ask(&p->replica, err))
		return -1;
	replica_read(&p->replica, &p->state);
	return 0;
}

static const char *why_behind(const struct promotion *p)
{
	const struct replica_state *state = &p->state;

	if (*state->execute_error)
		return state->execute_error;
	if (!state->executing)
		return "it executes nothing: START SLAVE";
	if (*state->receive_error)
		return state->receive_error;
	if (state->connecting)
		return arena_printf(&p->work->arena, "it is connecting to %s%s%s", p->host,
				    *state->connect_error ? ": " : "", state->connect_error);
	return state->receiving ? "it has not come so far in time" : "it receives nothing";
}

static int refuse_behind(struct promotion *p, const struct master_position *wanted, struct err *err)
{
	return err_set(err, ERR_CUTOVER_BEHIND, p->host,
		       "this VM has executed up to %s:%llu of %s, which is at %s:%llu: %s",
		       p->state.executed.file, p->state.executed.position, p->host, wanted->file,
		       wanted->position, why_behind(p));
}

static void tell_wait(struct promotion *p)
{
	if (p->waited_s++ % FIRST_BOOT_HEARTBEAT_S)
		return;
	report_wait(arena_printf(&p->work->arena, "%s s behind %s", p->state.lag, p->host));
	report_heartbeat();
}

/* A server that has stopped for good is not waited for. */
static int await_position(struct promotion *p, const struct master_position *wanted,
			  struct err *err)
{
	for (;;) {
		if (look(p, err))
			return -1;
		if (master_position_is(&p->state.executed, wanted))
			return 0;
		if (*p->state.execute_error || !p->state.executing || clock_ms() >= p->deadline_ms)
			return refuse_behind(p, wanted, err);
		tell_wait(p);
		tunnel_look();
		sleep(1);
	}
}

/* A run that was killed has left it stopped. */
static int resume(struct promotion *p, struct err *err)
{
	if (look(p, err))
		return -1;
	if (p->state.executing || *p->state.execute_error)
		return 0;
	return replica_order(&p->replica, REPLICA_START, err) || look(p, err) ? -1 : 0;
}

/* What has come is executed, whatever has not come. */
static int await_received(struct promotion *p, struct err *err)
{
	struct master_position wanted;

	if (resume(p, err) || replica_order(&p->replica, REPLICA_STOP_RECEIVING, err) ||
	    look(p, err))
		return -1;
	wanted = p->state.received;
	return await_position(p, &wanted, err);
}

/* --- what is done */

static void tell_dry(struct promotion *p, const struct master_position *old, bool read_only)
{
	struct cutover_work *work = p->work;

	if (look(p, NULL))
		return;
	if (old)
		cutover_note(work, "%s is at %s:%llu, and %s", p->host, old->file, old->position,
			     read_only ? "read only" : "still takes writes: this would be refused");
	cutover_note(work, "this VM has executed up to %s:%llu, %s s behind%s%s",
		     p->state.executed.file, p->state.executed.position, p->state.lag,
		     *p->state.execute_error ? "; it has stopped: " : "", p->state.execute_error);
}

/* What came from it is on the disk here before the way to it goes. */
static int forget_master(struct promotion *p, struct err *err)
{
	return database_settle(&p->client, err) || cutover_state_add(p->work, PROMOTED, err) ||
			       replica_order(&p->replica, REPLICA_FORGET, err)
		       ? -1
		       : 0;
}

static int start_again(struct promotion *p)
{
	struct err err = ERR_INIT;

	if (replica_order(&p->replica, REPLICA_START, &err))
		cutover_note(p->work, "replication was stopped, and does not start: %s", err.msg);
	return -1;
}

/* Users with all rights may write into a server that is read only: what it has written when we have stopped, shows it. */
static int break_link(struct promotion *p, struct err *err)
{
	struct master_position now;
	bool read_only;

	if (replica_order(&p->replica, REPLICA_STOP, err))
		return -1;
	if (ask_source(p, &now, &read_only, err) || look(p, err))
		return start_again(p);
	if (!master_position_is(&now, &p->state.executed)) {
		refuse_writable(
			p,
			"was written to meanwhile: although it may be read only, users with all rights can",
			err);
		return start_again(p);
	}
	return forget_master(p, err);
}

static int take_over(struct promotion *p, struct err *err)
{
	struct cutover_work *work = p->work;
	struct master_position old;
	bool read_only;

	if (open_source(p, err) || ask_source(p, &old, &read_only, err))
		return err_prefix(
			err,
			"%s cannot be asked (when it is gone for good, `newroot cutover --without-source` promotes what has come from it)",
			p->host);
	if (work->options->dry_run)
		tell_dry(p, &old, read_only);
	else if (!read_only)
		return refuse_writable(p, "still takes writes", err);
	if (!cutover_op(work, "have all of %s, up to %s:%llu, and follow it no more", p->host,
			old.file, old.position))
		return 0;
	return resume(p, err) || await_position(p, &old, err) || break_link(p, err) ? -1 : 0;
}

static int take_what_is_there(struct promotion *p, struct err *err)
{
	struct cutover_work *work = p->work;

	tell_dry(p, NULL, false);
	if (!cutover_op(work, "execute what has come from %s, and follow it no more", p->host))
		return 0;
	if (await_received(p, err) || replica_order(&p->replica, REPLICA_STOP, err) || look(p, err))
		return -1;
	cutover_note(
		work,
		"PROMOTED WITHOUT ITS SOURCE, up to %s:%llu of %s: whatever that wrote behind this place is lost",
		p->state.executed.file, p->state.executed.position, p->host);
	return forget_master(p, err);
}

static int end_link(struct promotion *p, struct err *err)
{
	const int follows = replica_follows(&p->replica, err);

	if (follows < 0)
		return -1;
	if (follows)
		return p->work->options->without_source ? take_what_is_there(p, err)
							: take_over(p, err);
	if (cutover_state_has(p->work, PROMOTED))
		return 0;
	return err_set(
		err, ERR_CUTOVER, p->host,
		"this VM's server does not follow %s, and was not promoted before: its first boot has not come so far; `newroot-server retry NAME`",
		p->host);
}

/* The process that attends looks at the instructions. */
static void end_tunnel(struct promotion *p)
{
	const int64_t deadline = clock_ms() + CUTOVER_TUNNEL_S * 1000;

	tunnel_close();
	while (tunnel_listens(p->port)) {
		if (clock_ms() >= deadline) {
			cutover_note(p->work, "port %d of 127.0.0.1, the tunnel's, is still open",
				     p->port);
			return;
		}
		usleep(200000);
	}
}

static void tell_position(struct promotion *p)
{
	struct master_position own;
	struct err err = ERR_INIT;

	if (database_master_position(&p->client, &own, &err))
		cutover_note(p->work, "this VM's database is promoted");
	else
		cutover_note(p->work,
			     "this VM's database is promoted; its binary log is at %s:%llu",
			     own.file, own.position);
}

static int stand_alone(struct promotion *p, struct err *err)
{
	struct cutover_work *work = p->work;
	const char *root = work->options->root;

	if (cutover_op(work, "let this VM's database take writes") &&
	    read_only_lift(&p->client, root, err))
		return -1;
	if (!cutover_op(work,
			"end the tunnel; remove its key and the passwords from " FIRST_BOOT_CONFIG))
		return 0;
	if (first_boot_config_forget(&p->config, false, cutover_path(work, FIRST_BOOT_CONFIG), err))
		return -1;
	end_tunnel(p);
	tell_position(p);
	database_client_forget(p->state_dir);
	source_tunnel_forget(root);
	return 0;
}

static int promote(struct promotion *p, struct err *err)
{
	return end_link(p, err) || stand_alone(p, err) ? -1 : 0;
}

/* A run that was killed had noted that it promotes: either it has not begun, or there is no way back. */
static int end_interrupted(struct promotion *p, struct err *err)
{
	const int follows = replica_follows(&p->replica, err);

	p->follows = follows > 0;
	if (!p->follows)
		return follows < 0 ? -1 : stand_alone(p, err);
	if (!cutover_op(p->work, "follow %s again: the promotion was interrupted before it began",
			p->host))
		return 0;
	return replica_order(&p->replica, REPLICA_START, err) ||
			       cutover_state_remove(p->work, PROMOTED, err)
		       ? -1
		       : 0;
}

static int with_server(struct promotion *p, int (*what)(struct promotion *p, struct err *err),
		       struct err *err)
{
	const struct job_databases *databases = &p->config.databases;
	struct cutover_work *work = p->work;
	int ret;

	if (source_port(p->state_dir, &p->port, err) ||
	    database_client_open(&p->client, databases, p->state_dir, NULL, &work->arena, err))
		return -1;
	source_replica(databases, &p->client, p->port, &p->replica);
	ret = (!work->options->dry_run && database_server_wait(&p->client, err)) ||
			      replica_open(&p->replica, err) || what(p, err)
		      ? -1
		      : 0;
	report_wait("");
	database_client_close(&p->client);
	database_client_close(&p->source);
	return ret;
}

static struct promotion *promotion_new(struct cutover_work *work)
{
	struct promotion *p = arena_alloc(&work->arena, sizeof(*p));

	*p = (struct promotion){
		.work = work,
		.state_dir = cutover_path(work, INSTALLED_STATE),
		.deadline_ms = clock_ms() + (int64_t)work->options->lag_s * 1000,
	};
	return p;
}

/* False: there is no source, or none any more; with `bad`, nobody can tell. */
static bool find_source(struct promotion *p, struct err *bad)
{
	if (first_boot_config_read(&p->config, cutover_path(p->work, FIRST_BOOT_CONFIG),
				   &p->work->arena, bad) ||
	    !database_has_source(&p->config.databases))
		return false;
	p->host = p->config.databases.source.ssh.host;
	return true;
}

int cutover_database_promote(struct cutover_work *work, struct err *err)
{
	struct promotion *p = promotion_new(work);
	const bool kept = tunnel_kept(); /* by the process that attends, which is this one then */
	struct err bad = ERR_INIT;
	int ret;

	if (!cutover_exists(work, FIRST_BOOT_CONFIG))
		return 0;
	/* Without them there is nobody to report to, which is told elsewhere; a replica must not be left as one. */
	if (!find_source(p, &bad))
		return bad.code != ERR_NONE && read_only_file(work->options->root, &work->arena)
			       ? err_keep(err, &bad)
			       : 0;
	ret = with_server(p, promote, err);
	if (!kept)
		tunnel_close();
	return ret;
}

int cutover_database_forget(struct cutover_work *work, struct err *err)
{
	struct promotion *p = promotion_new(work);
	struct err bad = ERR_INIT;

	if (!cutover_state_has(work, PROMOTED))
		return 0;
	/* The way to it goes when it is promoted. */
	if (find_source(p, &bad) && with_server(p, end_interrupted, err))
		return -1;
	if (p->follows)
		return 0;
	cutover_note(
		work,
		"the database stays promoted: that cannot be undone. The old master lacks what was written here since");
	if (!cutover_op(work, "forget that the database was promoted"))
		return 0;
	return cutover_state_remove(work, PROMOTED, err);
}
