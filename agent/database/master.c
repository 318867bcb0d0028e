#include "database/master.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "database/server.h"
#include "database/statements.h"
#include "installed/watch.h"

#define TABLE "newroot.replicas_begin"

/* "mysql-bin.000001<tab>328<tab>…"; nothing when there is no binary log. */
int database_master_position(struct database_client *client, struct master_position *position,
			     struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];
	struct database_version version;

	if (database_server_version(client, &version, err) ||
	    database_ask(client, NULL, statements_of(&version)->position, answer, err))
		return -1;
	if (sscanf(answer, MASTER_FILE_FORM "\t%llu", position->file, &position->position) != 2)
		return err_set(
			err, ERR_DATABASE_REPLICATE, client->engine->what,
			"this master writes no binary log, which its replicas follow: set log_bin and server_id in its configuration (the job's files)");
	return 0;
}

static int ask_server_id(struct database_client *client, unsigned long *id, struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];

	if (database_ask(client, NULL, "SELECT @@server_id;\n", answer, err))
		return -1;
	if (sscanf(answer, "%lu", id) != 1 || *id == 0)
		return err_set(
			err, ERR_DATABASE_REPLICATE, client->engine->what,
			"this server has no server_id, without which no replica follows it: set one in its configuration (the job's files)");
	return 0;
}

int database_master_mark(struct database_client *client, struct err *err)
{
	struct master_position position = {.position = 0};
	const char *sql;

	if (ask_server_id(client, &position.server_id, err) ||
	    database_master_position(client, &position, err))
		return -1;
	/* A later run finds the row of the first, whose position still holds: nothing of this is logged. */
	sql = arena_printf(
		client->arena,
		"CREATE DATABASE IF NOT EXISTS newroot;\n"
		"CREATE TABLE IF NOT EXISTS " TABLE
		" (only_row TINYINT PRIMARY KEY, file VARCHAR(255) NOT NULL, position BIGINT UNSIGNED NOT NULL);\n"
		"INSERT IGNORE INTO " TABLE " VALUES (1, '%s', %llu);\n",
		position.file, position.position);
	return database_ask(client, NULL, sql, NULL, err);
}

int database_master_user(struct database_client *client, struct err *err)
{
	const struct job_replication *replication = &client->databases->replication;
	struct database_version version;
	const char *user;

	if (!*replication->password)
		return err_set(err, ERR_DATABASE_LOGIN, replication->user,
			       "the instructions have no password of the replication user");
	if (database_server_version(client, &version, err))
		return -1;
	user = arena_printf(client->arena, "'%s'@'%%'", replication->user);
	return database_ask(client, NULL,
			    arena_printf(client->arena, statements_of(&version)->user, user,
					 replication->password),
			    NULL, err);
}

static int ask_once(struct database_client *client, struct master_position *position,
		    struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];

	if (database_ask(client, NULL, "SELECT file, position, @@server_id FROM " TABLE ";\n",
			 answer, err))
		return -1;
	if (sscanf(answer, MASTER_FILE_FORM "\t%llu\t%lu", position->file, &position->position,
		   &position->server_id) != 3)
		return err_set(err, ERR_DATABASE_REPLICATE, database_master_host(client->databases),
			       TABLE " of the master is empty: is it a VM with the role master?");
	return 0;
}

int database_master_ask(struct database_client *client, struct master_position *position,
			struct err *err)
{
	const int64_t deadline = clock_ms() + DATABASE_MASTER_S * 1000;

	if (!*client->databases->replication.password)
		return err_set(err, ERR_DATABASE_LOGIN, client->databases->replication.user,
			       "the instructions have no password of the replication user");
	for (;;) {
		struct err last = ERR_INIT;

		if (ask_once(client, position, &last) == 0)
			return 0;
		if (client->fault != FAULT_AWAY || clock_ms() >= deadline) {
			err_prefix(&last, "the master %s as %s", client->databases->master.name,
				   client->databases->replication.user);
			return err_keep(err, &last);
		}
		log_line("%s; trying again", last.msg);
		watch_pause();
	}
}
