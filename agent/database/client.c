#include "database/client.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "database/marks.h"
#include "database/root_login.h"
#include "database/server_options.h"

static const struct database_kind *const engines[] = {
	[DATABASE_MYSQL] = &database_mysql,
	[DATABASE_POSTGRESQL] = &database_postgresql,
};

const char *database_master_host(const struct job_databases *databases)
{
	return databases->master.address ? databases->master.address : databases->master.name;
}

/* --- its option file */

static const char *option(struct arena *arena, const char *name, const char *value)
{
	return value && *value ? arena_printf(arena, "%s=\"%s\"\n", name, value) : "";
}

static int find_program(struct database_client *client, struct err *err)
{
	const char *path = getenv("PATH");

	for (const char *const *name = client->engine->programs; *name; name++)
		for (const char *part = path; part; part = strchr(part, ':')) {
			size_t size = strcspn(part += *part == ':', ":");
			const char *file =
				arena_printf(client->arena, "%.*s/%s", (int)size, part, *name);

			if (access(file, X_OK) == 0) {
				client->program = file;
				return 0;
			}
		}
	return err_set(err, ERR_DATABASE_SERVER, client->engine->programs[0],
		       "there is no client program of %s: no %s in %s", client->engine->what,
		       client->engine->programs[0], path ? path : "an empty PATH");
}

static int open_client(struct database_client *client, const struct job_databases *databases,
		       const char *state_dir, const struct child_watch *watch, struct arena *arena,
		       struct err *err)
{
	*client = (struct database_client){
		.databases = databases,
		.engine = engines[databases->engine],
		.watch = watch,
		.arena = arena,
	};
	return marks_open(state_dir, err) || find_program(client, err) ? -1 : 0;
}

/* Root's own settings say who gets in, when the job doesn't; where to, the server's. */
static int make_local(struct database_client *client, const char *state_dir, struct err *err)
{
	const struct job_database_login *login = &client->databases->login;
	struct arena *arena = client->arena;
	const char *text, *own = login->password ? "" : root_login("/root/.my.cnf", arena);

	if (!client->socket && server_option("socket", &client->socket, arena))
		log_line("where the server listens is not known: no my_print_defaults");
	text = arena_printf(arena, "[client]\nprotocol=socket\n%s%s%s%s", own,
			    option(arena, "user", login->user),
			    option(arena, "password", login->password),
			    option(arena, "socket", client->socket));
	return option_file_make(&client->options, state_dir, "client", text, arena, err);
}

int database_client_open(struct database_client *client, const struct job_databases *databases,
			 const char *state_dir, const struct child_watch *watch,
			 struct arena *arena, struct err *err)
{
	if (open_client(client, databases, state_dir, watch, arena, err))
		return -1;
	client->socket = databases->login.socket;
	return databases->engine == DATABASE_MYSQL ? make_local(client, state_dir, err) : 0;
}

struct remote {
	const char *name, *host, *user, *password;
	int port;
};

static int make_remote(struct database_client *client, const struct remote *remote,
		       const char *state_dir, const char *file, struct err *err)
{
	struct arena *arena = client->arena;
	const char *text =
		arena_printf(arena,
			     "[client]\nprotocol=tcp\nhost=\"%s\"\nport=%d\n%s%s"
			     "loose-get-server-public-key\n",
			     remote->host, remote->port, option(arena, "user", remote->user),
			     option(arena, "password", remote->password));

	client->elsewhere = remote->name;
	return option_file_make(&client->options, state_dir, file, text, arena, err);
}

int database_client_open_master(struct database_client *client,
				const struct job_databases *databases, const char *state_dir,
				const struct child_watch *watch, struct arena *arena,
				struct err *err)
{
	const struct remote remote = {
		.name = database_master_host(databases),
		.host = database_master_host(databases),
		.port = databases->master.port,
		.user = databases->replication.user,
		.password = databases->replication.password,
	};

	return open_client(client, databases, state_dir, watch, arena, err) ||
			       make_remote(client, &remote, state_dir, "master", err)
		       ? -1
		       : 0;
}

int database_client_open_source(struct database_client *client,
				const struct job_databases *databases, int port,
				const char *state_dir, const struct child_watch *watch,
				struct arena *arena, struct err *err)
{
	const struct remote remote = {
		.name = databases->source.ssh.host,
		.host = "127.0.0.1",
		.port = port,
		.user = databases->source.user,
		.password = databases->source.password,
	};

	return open_client(client, databases, state_dir, watch, arena, err) ||
			       make_remote(client, &remote, state_dir, "source", err)
		       ? -1
		       : 0;
}

void database_client_close(struct database_client *client)
{
	option_file_remove(&client->options);
}

void database_client_forget(const char *state_dir)
{
	option_file_forget(state_dir);
}

/* --- running it */

static int become_account(const struct database_client *client, struct err *err)
{
	const struct job_database_login *login = &client->databases->login;
	const char *account = client->engine->account;
	const struct passwd *user;

	if (!account)
		return 0;
	if (login->user)
		account = login->user;
	user = getpwnam(account);
	if (!user)
		return err_set(err, ERR_DATABASE_LOGIN, account, "the system has no user %s",
			       account);
	if (initgroups(account, user->pw_gid) || setgid(user->pw_gid) || setuid(user->pw_uid))
		return err_sys(err, ERR_DATABASE_LOGIN, account, "cannot become the user %s",
			       account);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user's process has lost it */
	return chdir("/") ? err_sys(err, ERR_DATABASE_LOGIN, "/", "cannot go to /") : 0;
}

static int become_program(const struct database_client *client, const char **argv, struct err *err)
{
	if (become_account(client, err))
		return -1;
	signal(SIGPIPE, SIG_DFL);
	/* Without HOME a client looks for a user's settings in /: for ~/.mylogin.cnf even when it is given an option file. */
	if (setenv("HOME", "/nonexistent", 1))
		return err_sys(err, ERR_MEMORY, NULL, "cannot set the environment");
	execvp(argv[0], (char *const *)argv);
	return err_sys(err, ERR_DATABASE_SERVER, argv[0], "cannot run %s", argv[0]);
}

struct question {
	const struct database_client *client;
	const char *database, *sql;
	int words; /* where what the client says goes */
};

static int put_question(void *arg, struct err *err)
{
	const struct question *question = arg;

	if (write_all(STDOUT_FILENO, question->sql, strlen(question->sql)))
		return err_sys(err, ERR_DATABASE_SERVER, NULL, "the client took no statement");
	return 0;
}

static int ask_client(void *arg, struct err *err)
{
	const struct question *question = arg;
	const char *argv[DATABASE_WORDS_MAX] = {question->client->program};

	question->client->engine->ask(question->client, question->database, argv);
	if (dup2(question->words, STDERR_FILENO) < 0)
		return err_sys(err, ERR_IO, NULL, "cannot keep what the client says");
	return become_program(question->client, argv, err);
}

/* --- what went wrong */

static bool says(const char *words, const char *const *parts)
{
	for (; *parts; parts++)
		if (strstr(words, *parts))
			return true;
	return false;
}

static void hide(char *text, const char *secret)
{
	size_t size = secret ? strlen(secret) : 0;

	for (char *place = size ? strstr(text, secret) : NULL; place; place = strstr(place, secret))
		memset(place, '*', size);
}

/* One line, without secrets: servers quote parts of a statement that they don't understand. */
static void read_words(const struct database_client *client, FILE *file, char *words, size_t size)
{
	size_t used;

	rewind(file);
	used = fread(words, 1, size - 1, file);
	while (used && words[used - 1] == '\n')
		used--;
	words[used] = '\0';
	hide(words, client->databases->login.password);
	hide(words, client->databases->replication.password);
	hide(words, client->databases->source.password);
	for (char *c = words; *c; c++)
		if (*c == '\n')
			*c = ' ';
}

static int explain(struct database_client *client, FILE *file, const struct err *cause,
		   struct err *err)
{
	char words[512];

	read_words(client, file, words, sizeof(words));
	client->fault = FAULT_STATEMENT;
	if (says(words, client->engine->refused))
		client->fault = FAULT_REFUSED;
	else if (says(words, client->engine->away))
		client->fault = FAULT_AWAY;
	return err_set(err,
		       client->fault == FAULT_REFUSED ? ERR_DATABASE_LOGIN : ERR_DATABASE_SERVER,
		       client->elsewhere ? client->elsewhere : client->engine->what, "%s",
		       *words ? words : cause->msg);
}

static int ask(struct database_client *client, const char *database, const char *sql, char *out,
	       size_t size, struct err *err)
{
	FILE *words = tmpfile();
	struct question question = {client, database, sql, words ? fileno(words) : -1};
	const struct child children[] = {
		{.name = "statement", .fn = put_question, .arg = &question},
		{.name = client->program,
		 .fn = ask_client,
		 .arg = &question,
		 .stall_s = DATABASE_ASK_S,
		 .out = out,
		 .out_size = size},
	};
	struct err cause = ERR_INIT;
	int ret;

	if (!words)
		return err_sys(err, ERR_IO, NULL, "cannot make a temporary file");
	*out = '\0';
	ret = child_pipeline(children, 2, client->watch, &cause);
	if (ret)
		explain(client, words, &cause, err);
	fclose(words);
	return ret;
}

/* Nothing is asked for, let alone changed, of a server that is not known to be this VM's. */
static int ask_own(struct database_client *client, const char *database, const char *sql, char *out,
		   size_t size, struct err *err)
{
	char answer[DATABASE_ANSWER_MAX];

	if (!client->elsewhere && !client->proven) {
		if (ask(client, NULL, client->engine->whose, answer, sizeof(answer), err))
			return -1;
		client->fault = FAULT_STATEMENT;
		if (client->engine->prove(client, answer, err))
			return -1;
		client->proven = true;
	}
	return ask(client, database, sql, out, size, err);
}

int database_ask(struct database_client *client, const char *database, const char *sql, char *out,
		 struct err *err)
{
	char nothing[DATABASE_ANSWER_MAX];

	return ask_own(client, database, sql, out ? out : nothing, DATABASE_ANSWER_MAX, err);
}

int database_ask_long(struct database_client *client, const char *sql, char *out, size_t size,
		      struct err *err)
{
	return ask_own(client, NULL, sql, out, size, err);
}

int database_settle(struct database_client *client, struct err *err)
{
	if (database_ask(client, NULL, client->engine->settle, NULL, err))
		return -1;
	sync(); /* what MyISAM writes, no server does */
	return 0;
}

int database_exec_load(const struct database_client *client, const char *database, struct err *err)
{
	const char *argv[DATABASE_WORDS_MAX] = {client->program};

	client->engine->load(client, database, argv);
	return become_program(client, argv, err);
}

int database_exec_unpack(const struct database_client *client, unsigned version, struct err *err)
{
	const char *argv[DATABASE_WORDS_MAX] = {NULL};

	client->engine->unpack(client, version, argv);
	return become_program(client, argv, err);
}
