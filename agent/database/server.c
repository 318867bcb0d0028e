#include "database/server.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "installed/service_start.h"
#include "installed/watch.h"

/* `*there`: the system has such a service, and a failure may still be a server that comes late. */
static int start(struct database_client *client, bool *there, struct err *err)
{
	const char *given[] = {client->databases->service, NULL};
	const char *const *names = given[0] ? given : client->engine->services;
	const char *which;
	const char *const *argv = service_start_command("", names, &which, client->arena);
	struct child child = {.argv = argv, .code = ERR_DATABASE_SERVER};

	*there = argv != NULL;
	if (!argv)
		return err_set(err, ERR_DATABASE_SERVER, names[0],
			       "no server answers, and the system has no service %s to start: is "
			       "%s installed?",
			       names[0], client->engine->what);
	child.name = arena_printf(client->arena, "start of %s", which);
	watch_note("no database server answers: starting %s", which);
	return child_run(&child, client->watch, err);
}

static int give_up(const struct err *away, const struct err *failed, unsigned waited_s,
		   struct err *err)
{
	if (failed->code != ERR_NONE)
		return err_set(err, ERR_DATABASE_SERVER, failed->where,
			       "%.300s; the server has not come within %u s: %.300s", failed->msg,
			       waited_s, away->msg);
	return err_set(err, ERR_DATABASE_SERVER, away->where,
		       "the server does not answer within %u s: %.500s", waited_s, away->msg);
}

int database_server_wait(struct database_client *client, struct err *err)
{
	const int64_t began = clock_ms();
	unsigned limit_s = DATABASE_START_S;
	struct err failed = ERR_INIT;
	bool started = false, there;

	for (;;) {
		struct err away = ERR_INIT;

		if (database_ask(client, NULL, client->engine->ping, NULL, &away) == 0)
			return 0;
		if (client->fault != FAULT_AWAY)
			return err_keep(err, &away);
		if (!started && start(client, &there, &failed)) {
			if (!there)
				return err_keep(err, &failed);
			limit_s = DATABASE_FAILED_START_S;
		}
		started = true;
		if (clock_ms() - began >= (int64_t)limit_s * 1000)
			return give_up(&away, &failed, limit_s, err);
		watch_pause();
	}
}

struct database_version database_version_parse(const char *text)
{
	struct database_version version = {.mariadb = strstr(text, "MariaDB") != NULL};
	unsigned major = 0, minor = 0, patch = 0;

	if (sscanf(text, "%u.%u.%u", &major, &minor, &patch) >= 2)
		version.number = major * 10000 + minor * 100 + patch;
	return version;
}

int database_server_version(struct database_client *client, struct database_version *version,
			    struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];

	if (database_ask(client, NULL, "SELECT VERSION();\n", answer, err))
		return -1;
	*version = database_version_parse(answer);
	if (!version->number)
		return err_set(err, ERR_DATABASE_SERVER, client->engine->what,
			       "the server's version is not understood: \"%.100s\"", answer);
	return 0;
}
