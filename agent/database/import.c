#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "database/database.h"
#include "database/load.h"
#include "database/master.h"
#include "database/server.h"
#include "database/source.h"
#include "installed/watch.h"

static bool is_replicated_master(const struct job_databases *databases)
{
	return databases->role == DATABASE_MASTER && databases->replication.user;
}

bool database_imports(const struct job_databases *databases)
{
	return databases->given && (databases->dump_count || is_replicated_master(databases));
}

/* Rows with large blobs: a server of 2009 takes 1 MiB by itself. Its own word is put back afterwards. */
static int allow_large_packets(struct database_client *client, uint64_t *before, struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];
	unsigned long long number = 0;

	*before = 0;
	if (client->databases->engine != DATABASE_MYSQL)
		return 0;
	if (database_ask(client, NULL, "SELECT @@global.max_allowed_packet;\n", answer, err))
		return -1;
	if (sscanf(answer, "%llu", &number) != 1)
		return 0;
	*before = number;
	return database_ask(client, NULL, "SET GLOBAL max_allowed_packet=1073741824;\n", NULL, err);
}

static void restore_packets(struct database_client *client, uint64_t before)
{
	struct err err = ERR_INIT;

	if (before &&
	    database_ask(client, NULL,
			 arena_printf(client->arena, "SET GLOBAL max_allowed_packet=%llu;\n",
				      (unsigned long long)before),
			 NULL, &err))
		log_line("max_allowed_packet stays raised until the server is restarted: %s",
			 err.msg);
}

/* --- the loads */

static void tell_left_out(const struct database_load *load)
{
	const struct dump_account *account = load->account;

	if (account->left_out)
		watch_note(
			"%s: %" PRIu64
			" statements were left out, for they are another server's, first line %" PRIu64
			": %.60s",
			load->dump, account->left_out, account->line, account->first);
}

/* A database is on the disk before that is written down, and before its dump goes. */
static int finish(struct database_client *client, const struct database_load *loads, size_t count,
		  struct err *err)
{
	bool settled = false;

	for (size_t i = 0; i < count; i++) {
		if (!loads[i].account->loaded)
			continue;
		if (!settled && database_settle(client, err))
			return -1;
		settled = true;
		tell_left_out(&loads[i]);
		if (database_load_finish(&loads[i], err))
			return -1;
	}
	return 0;
}

static struct dump_account *make_accounts(struct err *err)
{
	struct dump_account *accounts =
		mmap(NULL, DATABASE_PARALLEL_MAX * sizeof(*accounts), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (accounts != MAP_FAILED)
		return accounts;
	err_sys(err, ERR_MEMORY, NULL, "no memory for what becomes of dumps");
	return NULL;
}

/* As many at once as may be, and then the next. */
static int load_some(const struct database_work *work, struct database_client *client, size_t first,
		     size_t count, struct err *err)
{
	struct dump_account *accounts = make_accounts(err);
	struct database_load loads[DATABASE_PARALLEL_MAX];
	struct child children[DATABASE_PARALLEL_MAX];
	int ret;

	if (!accounts)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct job_dump *dump = &work->databases->dumps[first + i];

		loads[i] = (struct database_load){
			.client = client,
			.state_dir = work->state_dir,
			.database = dump->database,
			.dump = job_dump_path(work->databases, first + i, client->arena),
			.keep = work->databases->keep,
			.end_mark = dump->end_mark,
			.account = &accounts[i],
		};
		children[i] = (struct child){
			.name = dump->database, .fn = database_load_main, .arg = &loads[i]};
	}
	/* These stages neither read nor write; what counts is that they run at once, and are watched. */
	ret = child_pipeline(children, count, work->watch, err);
	ret = finish(client, loads, count, ret ? NULL : err) || ret ? -1 : 0;
	munmap(accounts, DATABASE_PARALLEL_MAX * sizeof(*accounts));
	return ret;
}

static int load_all(const struct database_work *work, struct database_client *client,
		    struct err *err)
{
	const size_t at_once = work->databases->parallel ? DATABASE_PARALLEL_MAX : 1;
	const size_t all = work->databases->dump_count;

	for (size_t i = 0; i < all; i += at_once)
		if (load_some(work, client, i, all - i < at_once ? all - i : at_once, err))
			return -1;
	watch_note("%zu databases are loaded", all);
	return 0;
}

/* Users that a dump of "mysql" brought count from now on. */
static int take_users(struct database_client *client, struct err *err)
{
	if (client->databases->engine != DATABASE_MYSQL)
		return 0;
	return database_ask(client, NULL, "FLUSH PRIVILEGES;\n", NULL, err);
}

static int import(const struct database_work *work, struct database_client *client, struct err *err)
{
	const bool marks = is_replicated_master(work->databases);
	uint64_t packet;
	int ret;

	/* Loaded dumps are gone. */
	if (work->databases->source.given && source_position_keep(work, err))
		return -1;
	if (database_server_wait(client, err) || (marks && database_master_mark(client, err)) ||
	    allow_large_packets(client, &packet, err))
		return -1;
	ret = load_all(work, client, err);
	restore_packets(client, packet);
	if (ret == 0)
		ret = take_users(client, err);
	if (ret == 0 && marks)
		ret = database_master_user(client, err);
	return ret == 0 ? database_settle(client, err) : -1;
}

int database_end(const struct database_work *work, struct err *err)
{
	struct database_client client;
	struct arena arena = {0};
	struct err failed = ERR_INIT;
	int ret = database_client_open(&client, work->databases, work->state_dir, work->watch,
				       &arena, err);

	if (ret == 0 && database_settle(&client, &failed)) {
		if (client.fault == FAULT_AWAY)
			sync();
		else
			ret = err_keep(err, &failed);
	}
	database_client_close(&client);
	arena_free(&arena);
	return ret;
}

int database_import(const struct database_work *work, struct err *err)
{
	struct database_client client;
	struct arena arena = {0};
	int ret = database_client_open(&client, work->databases, work->state_dir, work->watch,
				       &arena, err);

	if (ret == 0)
		ret = import(work, &client, err);
	database_client_close(&client);
	arena_free(&arena);
	return ret;
}
