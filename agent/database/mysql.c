/*
 * MySQL since 5.0 and MariaDB. Nothing that newroot does is written to the binary log: each connection begins with
 * sql_log_bin=0, which needs the rights of root.
 */
#include <stddef.h>
#include <string.h>

#include "database/client.h"
#include "database/server_proof.h"

#define NAME "%1$s"

static bool is_mariadb(const char *program)
{
	return !strcmp(strrchr(program, '/') + 1, "mariadb");
}

static void connect(const struct database_client *client, const char ***argv)
{
	/* This must be the first word. The system's own settings for clients say where others go, and how they print. */
	*(*argv)++ = arena_printf(client->arena, "--defaults-file=%s", client->options.path);
	*(*argv)++ = "--batch";
	*(*argv)++ = "--connect-timeout=10";
	/* It would show rows of customers, which are nobody's business in a log. Others don't, and would warn. */
	if (is_mariadb(client->program))
		*(*argv)++ = "--loose-skip-print-query-on-error";
	if (!client->elsewhere)
		*(*argv)++ = "--init-command=SET SESSION sql_log_bin=0";
}

static void ask(const struct database_client *client, const char *database, const char **argv)
{
	argv++;
	connect(client, &argv);
	if (!client->named)
		*argv++ = "--skip-column-names";
	if (database)
		*argv++ = database;
}

static void load(const struct database_client *client, const char *database, const char **argv)
{
	argv++;
	connect(client, &argv);
	/* Blobs as they are; unknown before 5.6. */
	*argv++ = "--loose-binary-mode";
	/* Those inside stored routines belong to them; unknown before 5.0.52. */
	*argv++ = "--loose-comments";
	*argv++ = "--max-allowed-packet=1G";
	*argv++ = database;
}

const struct database_kind database_mysql = {
	.what = "MySQL or MariaDB",
	.services = (const char *const[]){"mariadb", "mysql", "mysqld", NULL},
	.programs = (const char *const[]){"mariadb", "mysql", NULL},
	.system = "mysql",
	.refused = (const char *const[]){"ERROR 1045", "ERROR 1698", "ERROR 1044", "ERROR 1130",
					 "ERROR 2059", NULL},
	.away = (const char *const[]){"ERROR 2002", "ERROR 2003", "ERROR 2006", "ERROR 2013",
				      "ERROR 1053", NULL},
	.whose =
		"SHOW GLOBAL VARIABLES WHERE Variable_name IN ('datadir', 'hostname', 'server_id', 'socket');\n",
	.prove = server_proof_mysql,
	.ping = "SELECT VERSION();\n",
	.exists =
		"SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name='" NAME "';\n",
	.tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema='" NAME "';\n",
	.create = "CREATE DATABASE IF NOT EXISTS `" NAME "`;\n",
	.drop = "DROP DATABASE IF EXISTS `" NAME "`;\n",
	.ask = ask,
	.load = load,
	.dump = &dump_mysql,
	/* Tables that are no transaction's are closed, which writes them; the logs of those that are, flushed. Before 5.5 of all logs. */
	.settle =
		"FLUSH NO_WRITE_TO_BINLOG TABLES;\nFLUSH NO_WRITE_TO_BINLOG /*!50503 ENGINE */ LOGS;\n",
};
