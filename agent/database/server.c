#include "database/server.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "installed/service_start.h"
#include "installed/watch.h"
#include "service/report.h"

#define STATUS_S 30

/* The service that was started. */
struct start {
	const char *name; /* NULL: the system has none, and no server can come late */
	struct err failed;
};

static void start_service(struct database_client *client, struct start *start)
{
	const char *given[] = {client->databases->service, NULL};
	const char *const *names = given[0] ? given : client->engine->services;
	const char *const *argv = service_start_command("", names, &start->name, client->arena);
	struct child child = {.argv = argv, .code = ERR_DATABASE_SERVER};

	if (!argv) {
		err_set(&start->failed, ERR_DATABASE_SERVER, names[0],
			"no server answers, and the system has no service %s to start: is %s installed?",
			names[0], client->engine->what);
		return;
	}
	child.name = arena_printf(client->arena, "start of %s", start->name);
	watch_note("no database server answers: starting %s", start->name);
	child_run(&child, client->watch, &start->failed);
}

/* Whoever sees the error would ask the system next. It says so by its exit status, too, that the service failed. */
static void tell_status(struct database_client *client, const struct start *start)
{
	char said[DATABASE_STATUS_MAX] = "", note[sizeof(said) + 512];
	struct child child = {
		.name = "status", .stall_s = STATUS_S, .out = said, .out_size = sizeof(said)};
	struct err unused = ERR_INIT;

	child.argv = service_status_command("", start->name, client->arena);
	if (!child.argv)
		return;
	child_run(&child, client->watch, &unused);
	snprintf(note, sizeof(note), "the system says of %.200s:\n%s", start->name, said);
	log_clean(note, strlen(note));
	log_line("%s", note);
	report_note(note);
}

static int give_up(const struct err *away, const struct start *start, unsigned waited_s,
		   struct err *err)
{
	if (start->failed.code != ERR_NONE)
		return err_set(err, ERR_DATABASE_SERVER, start->failed.where,
			       "the server does not answer within %u s (%.250s): %.300s", waited_s,
			       away->msg, start->failed.msg);
	return err_set(err, ERR_DATABASE_SERVER, away->where,
		       "the server does not answer within %u s: %.500s", waited_s, away->msg);
}

int database_server_wait(struct database_client *client, struct err *err)
{
	const int64_t began = clock_ms();
	struct start started = {.name = NULL, .failed = ERR_INIT};
	unsigned limit_s;

	for (;;) {
		struct err away = ERR_INIT;

		if (database_ask(client, NULL, client->engine->ping, NULL, &away) == 0)
			return 0;
		if (client->fault != FAULT_AWAY)
			return err_keep(err, &away);
		if (!started.name)
			start_service(client, &started);
		if (!started.name)
			return err_keep(err, &started.failed);
		limit_s = started.failed.code ? DATABASE_FAILED_START_S : DATABASE_START_S;
		if (clock_ms() - began >= (int64_t)limit_s * 1000) {
			tell_status(client, &started);
			return give_up(&away, &started, limit_s, err);
		}
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
