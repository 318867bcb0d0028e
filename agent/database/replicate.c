#include "database/database.h"
#include "database/master.h"
#include "database/replica.h"
#include "database/server.h"

bool database_replicates(const struct job_databases *databases)
{
	return databases->given && databases->role == DATABASE_REPLICA &&
	       databases->replication.user;
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

/* Only from a master that newroot loaded, too: both have the same data then. */
static int follow(const struct database_work *work, struct replica *replica, struct err *err)
{
	const struct job_replication *user = &work->databases->replication;
	const struct replica_login login = {.user = user->user, .password = user->password};
	struct master_position from;

	return ask_master(work, replica->client->arena, &from, err) ||
			       replica_change(replica, &login, &from, err)
		       ? -1
		       : 0;
}

static int replicate(const struct database_work *work, struct replica *replica, struct err *err)
{
	int already;

	if (database_server_wait(replica->client, err) || replica_open(replica, err))
		return -1;
	already = replica_follows(replica, err);
	if (already < 0 || (!already && follow(work, replica, err)) ||
	    replica_order(replica, REPLICA_START, err))
		return -1;
	return replica_catch_up(replica, err);
}

int database_replicate(const struct database_work *work, struct err *err)
{
	struct database_client client;
	struct arena arena = {0};
	struct replica *replica = arena_alloc(&arena, sizeof(*replica));
	int ret = database_client_open(&client, work->databases, work->state_dir, work->watch,
				       &arena, err);

	*replica = (struct replica){
		.client = &client,
		.name = work->databases->master.name,
		.host = database_master_host(work->databases),
		.port = work->databases->master.port,
		.limit_s = work->databases->replication.limit_s,
	};
	if (ret == 0)
		ret = replicate(work, replica, err);
	database_client_close(&client);
	arena_free(&arena);
	return ret;
}
