/* PostgreSQL, as the system's user of its superuser's name: peer authentication. */
#include <stddef.h>
#include <string.h>

#include "database/client.h"
#include "database/server_proof.h"

#define NAME        "%1$s"
#define SOCKET_NAME "/.s.PGSQL." /* libpq takes the folder, and the port from the name */

static void connect(const struct database_client *client, const char *database, const char ***argv)
{
	const struct job_database_login *login = &client->databases->login;
	const char *name = login->socket ? strstr(login->socket, SOCKET_NAME) : NULL;

	if (name) {
		*(*argv)++ = "-h";
		*(*argv)++ = arena_printf(client->arena, "%.*s", (int)(name - login->socket),
					  login->socket);
		*(*argv)++ = "-p";
		*(*argv)++ = name + strlen(SOCKET_NAME);
	}
	*(*argv)++ = "-w";
	*(*argv)++ = "-U";
	*(*argv)++ = login->user ? login->user : client->engine->account;
	*(*argv)++ = "-d";
	*(*argv)++ = database ? database : client->engine->system;
}

static void psql(const struct database_client *client, const char *database, const char **argv)
{
	connect(client, database, &argv);
	*argv++ = "-X";
	*argv++ = "-q";
	*argv++ = "-v";
	*argv++ = "ON_ERROR_STOP=1";
	*argv++ = "-A";
	*argv++ = "-t";
}

static void ask(const struct database_client *client, const char *database, const char **argv)
{
	psql(client, database, argv + 1);
}

static void load(const struct database_client *client, const char *database, const char **argv)
{
	psql(client, database, argv + 3);
	/* By this name it tells the lines of errors. */
	argv[1] = "-f";
	argv[2] = "-";
}

/* Since 12 it wants to be told; before, "-" was a file. */
static void unpack(const struct database_client *client, unsigned version, const char **argv)
{
	(void)client;
	*argv++ = "pg_restore";
	if (version < 120000)
		return;
	*argv++ = "-f";
	*argv++ = "-";
}

const struct database_kind database_postgresql = {
	.what = "PostgreSQL",
	.services = (const char *const[]){"postgresql", "postgresql-server", "pgsql", NULL},
	.programs = (const char *const[]){"psql", NULL},
	.account = "postgres",
	.system = "postgres",
	.refused = (const char *const[]){"authentication failed", "role \"", "pg_hba.conf",
					 "no password supplied", NULL},
	.away = (const char *const[]){"No such file or directory", "Connection refused",
				      "starting up", "shutting down", NULL},
	.whose =
		"SELECT name || chr(9) || setting FROM pg_settings WHERE name IN ('data_directory', 'port', 'unix_socket_directory', 'unix_socket_directories');\n",
	.prove = server_proof_postgresql,
	.ping = "SELECT 1;\n",
	.exists = "SELECT COUNT(*) FROM pg_database WHERE datname='" NAME "';\n",
	/* What CREATE TABLE and CREATE VIEW make, of any kind; the names of temporary and toast tables' schemas begin as the server's own do. */
	.tables = "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace "
		  "WHERE c.relkind IN ('r','p','v','m','f') "
		  "AND n.nspname !~ '^pg_' AND n.nspname<>'information_schema';\n",
	.create = "CREATE DATABASE \"" NAME "\";\n",
	.drop = "DROP DATABASE IF EXISTS \"" NAME "\";\n",
	.ask = ask,
	.load = load,
	.dump = &dump_postgresql,
	.archive = "PGDMP",
	.unpack = unpack,
	.version = "SHOW server_version_num;\n",
	.settle = "CHECKPOINT;\n",
};
