#include "database/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database/read_only.h"
#include "database/server.h"
#include "ssh/tunnel.h"

bool database_has_source(const struct job_databases *databases)
{
	return databases->given && databases->source.given;
}

void source_replica(const struct job_databases *databases, struct database_client *client, int port,
		    struct replica *replica)
{
	*replica = (struct replica){
		.client = client,
		.name = databases->source.ssh.host,
		.host = "127.0.0.1",
		.port = port,
		.limit_s = databases->source.limit_s,
		.each_second = tunnel_look,
		.login = {databases->source.user, databases->source.password, .patient = true},
	};
}

/* --- what the old master says */

/* Lines "binlog.000042<tab>1234<tab>…". */
static int find_position(const struct database_client *source, const char *logs,
			 const struct master_position *from, struct err *err)
{
	char name[MASTER_FILE_MAX], first[MASTER_FILE_MAX] = "";
	unsigned long long size;

	for (const char *line = logs; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%255[^\t\n]\t%llu", name, &size) != 2)
			continue;
		if (!*first)
			snprintf(first, sizeof(first), "%s", name);
		if (strcmp(name, from->file) != 0)
			continue;
		if (from->position <= size)
			return 0;
		return err_set(
			err, ERR_DATABASE_SOURCE, source->elsewhere,
			"its binary log %s has %llu bytes only: %s:%llu is of another server, or of another time",
			name, size, from->file, from->position);
	}
	return err_set(err, ERR_DATABASE_SOURCE, source->elsewhere,
		       "its binary log begins with %s: %s, where this VM's dumps were made, "
		       "was purged, or is of another server. Make new dumps; the server there must "
		       "keep its logs until cutover (expire_logs_days, binlog_expire_logs_seconds)",
		       *first ? first : "nothing", from->file);
}

static int check_source(const struct database_work *work, int port, struct arena *arena,
			struct master_position *from, struct err *err)
{
	char *answer = arena_alloc(arena, DATABASE_LOGS_MAX);
	struct database_client source;
	int ret = database_client_open_source(&source, work->databases, port, work->state_dir,
					      work->watch, arena, err);

	if (ret == 0)
		ret = source_ask(&source, "SELECT @@server_id;\n", answer, DATABASE_LOGS_MAX, err);
	if (ret == 0) {
		from->server_id = strtoul(answer, NULL, 10);
		ret = source_ask(&source, "SHOW BINARY LOGS;\n", answer, DATABASE_LOGS_MAX, err) ||
				      find_position(&source, answer, from, err)
			      ? -1
			      : 0;
	}
	database_client_close(&source);
	return ret;
}

/* --- this server */

/* What comes from the old master has to go on to replicas of this VM. */
static int check_own_replicas(const struct job_databases *databases, struct database_client *client,
			      struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];

	if (databases->role != DATABASE_MASTER)
		return 0;
	if (database_ask(
		    client, NULL,
		    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_slave_updates', 'log_replica_updates') AND Value='ON';\n",
		    answer, err))
		return -1;
	if (*answer)
		return 0;
	return err_set(
		err, ERR_DATABASE_SOURCE, client->engine->what,
		"this master's own replicas would not get what comes from %s: set log_slave_updates=1 beside log_bin in its configuration (the job's files)",
		databases->source.ssh.host);
}

static int follow(const struct database_work *work, struct replica *replica, struct err *err)
{
	struct master_position from;

	return source_position_get(work, &from, err) ||
			       check_source(work, replica->port, replica->client->arena, &from,
					    err) ||
			       replica_change(replica, &replica->login, &from, err)
		       ? -1
		       : 0;
}

/* One that is followed already was good when that began: after a crash there is only the rest to be done. */
static int set_up(const struct database_work *work, struct replica *replica, struct err *err)
{
	struct database_client *client = replica->client;
	int already;

	if (database_server_wait(client, err) || replica_open(replica, err) ||
	    check_own_replicas(work->databases, client, err))
		return -1;
	already = replica_follows(replica, err);
	if (already < 0 || read_only_hold(client, work->root, err) ||
	    (!already && follow(work, replica, err)) || replica_order(replica, REPLICA_START, err))
		return -1;
	return replica_catch_up(replica, err);
}

int database_source(const struct database_work *work, struct err *err)
{
	struct database_client client;
	struct arena arena = {0};
	struct replica *replica = arena_alloc(&arena, sizeof(*replica));
	int port, ret = database_client_open(&client, work->databases, work->state_dir, work->watch,
					     &arena, err);

	/* One that does not come may be of instructions that were mended since. */
	if (!tunnel_look())
		tunnel_close();
	if (ret == 0 &&
	    (source_port(work->state_dir, &port, err) ||
	     source_tunnel_open(work->databases, work->root, SOURCE_FIRST_BOOT, port, err)))
		ret = -1;
	if (ret == 0) {
		source_replica(work->databases, &client, port, replica);
		ret = set_up(work, replica, err);
	}
	database_client_close(&client);
	arena_free(&arena);
	return ret;
}
