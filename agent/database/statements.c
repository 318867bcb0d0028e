#include "database/statements.h"

#include <stddef.h>

static const struct replica_columns slave_columns = {
	.host = "Master_Host",
	.port = "Master_Port",
	.io = "Slave_IO_Running",
	.sql = "Slave_SQL_Running",
	.lag = "Seconds_Behind_Master",
	.received_file = "Master_Log_File",
	.received_at = "Read_Master_Log_Pos",
	.executed_file = "Relay_Master_Log_File",
	.executed_at = "Exec_Master_Log_Pos",
};

static const struct replica_columns replica_columns = {
	.host = "Source_Host",
	.port = "Source_Port",
	.io = "Replica_IO_Running",
	.sql = "Replica_SQL_Running",
	.lag = "Seconds_Behind_Source",
	.received_file = "Source_Log_File",
	.received_at = "Read_Source_Log_Pos",
	.executed_file = "Relay_Source_Log_File",
	.executed_at = "Exec_Source_Log_Pos",
};

#define CHANGE_MASTER                                                                              \
	"CHANGE MASTER TO MASTER_HOST='%s', MASTER_PORT=%d, MASTER_USER='%s', "                    \
	"MASTER_PASSWORD='%s', MASTER_LOG_FILE='%s', MASTER_LOG_POS=%llu%s%s;\n"
#define CHANGE_SOURCE                                                                              \
	"CHANGE REPLICATION SOURCE TO SOURCE_HOST='%s', SOURCE_PORT=%d, SOURCE_USER='%s', "        \
	"SOURCE_PASSWORD='%s', SOURCE_LOG_FILE='%s', SOURCE_LOG_POS=%llu%s%s;\n"

/* `forget`: RESET SLAVE without ALL takes the connection from the server's start options, which have none. */
#define FORGET_OLD "CHANGE MASTER TO MASTER_HOST=''; RESET SLAVE;\n"
#define FORGET_ALL "RESET SLAVE ALL;\n"
#define SLAVE_WORDS(forget)                                                                        \
	.columns = &slave_columns, .status = "SHOW SLAVE STATUS;\n",                               \
	.orders = {"START SLAVE;\n", "STOP SLAVE;\n", "STOP SLAVE IO_THREAD;\n", forget},          \
	.change = CHANGE_MASTER, .patient = ", MASTER_CONNECT_RETRY=5",                            \
	.renew = "CHANGE MASTER TO MASTER_USER='%s', MASTER_PASSWORD='%s';\n"

/* From 8.4 on it gives up after ten tries by itself. */
#define REPLICA_WORDS                                                                              \
	.columns = &replica_columns, .status = "SHOW REPLICA STATUS;\n",                           \
	.orders = {"START REPLICA;\n", "STOP REPLICA;\n", "STOP REPLICA IO_THREAD;\n",             \
		   "RESET REPLICA ALL;\n"},                                                        \
	.change = CHANGE_SOURCE, .more = ", GET_SOURCE_PUBLIC_KEY=1",                              \
	.patient = ", SOURCE_CONNECT_RETRY=5, SOURCE_RETRY_COUNT=1000000",                         \
	.renew = "CHANGE REPLICATION SOURCE TO SOURCE_USER='%s', SOURCE_PASSWORD='%s';\n"

#define BY_GRANT                                                                                   \
	.user = "GRANT REPLICATION SLAVE ON *.* TO %1$s IDENTIFIED BY '%2$s';\n"                   \
		"GRANT SELECT ON newroot.* TO %1$s;\n"
#define BY_CREATE                                                                                  \
	.user = "CREATE USER IF NOT EXISTS %1$s IDENTIFIED BY '%2$s';\n"                           \
		"ALTER USER %1$s IDENTIFIED BY '%2$s';\n"                                          \
		"GRANT REPLICATION SLAVE ON *.* TO %1$s;\n"                                        \
		"GRANT SELECT ON newroot.* TO %1$s;\n"

#define MASTER_STATUS .position = "SHOW MASTER STATUS;\n"

/* Manuals are named by server, version and page: their sections were numbered anew with each version. */
const struct statements statements_table[] = {
	{false, 50000,
	 "MySQL 5.0 and 5.1, RESET SLAVE: the connection is reset to the start options",
	 SLAVE_WORDS(FORGET_OLD), .more = "", BY_GRANT, MASTER_STATUS},
	{false, 50516, "MySQL 5.5, RESET SLAVE: keeps the connection; ALL since 5.5.16",
	 SLAVE_WORDS(FORGET_ALL), .more = "", BY_GRANT, MASTER_STATUS},
	{false, 50600, "MySQL 5.6, RESET SLAVE: no ALL before 5.6.3", SLAVE_WORDS(FORGET_OLD),
	 .more = "", BY_GRANT, MASTER_STATUS},
	{false, 50603, "MySQL 5.6 and 5.7, RESET SLAVE: ALL since 5.6.3", SLAVE_WORDS(FORGET_ALL),
	 .more = "", BY_GRANT, MASTER_STATUS},
	{false, 80000, "MySQL 8.0, GRANT: makes no user and takes no password (CREATE USER does)",
	 SLAVE_WORDS(FORGET_ALL), .more = "", BY_CREATE, MASTER_STATUS},
	{false, 80023,
	 "MySQL 8.0, CHANGE REPLICATION SOURCE TO, since 8.0.23; SHOW REPLICA STATUS, since 8.0.22",
	 REPLICA_WORDS, BY_CREATE, MASTER_STATUS},
	{false, 80400,
	 "MySQL 8.4, What Is New: SHOW MASTER STATUS is removed, SHOW BINARY LOG STATUS instead",
	 REPLICA_WORDS, BY_CREATE, .position = "SHOW BINARY LOG STATUS;\n"},
	{true, 50000, "MariaDB 5.1 to 5.3, as MySQL 5.1", SLAVE_WORDS(FORGET_OLD), .more = "",
	 BY_GRANT, MASTER_STATUS},
	{true, 50500, "MariaDB 5.5, RESET SLAVE: ALL, as MySQL 5.5", SLAVE_WORDS(FORGET_ALL),
	 .more = "", BY_GRANT, MASTER_STATUS},
	/* It may have global transaction ids on by itself (10.10 and later). */
	{true, 100002, "MariaDB 10.0 to 11, CHANGE MASTER TO: MASTER_USE_GTID since 10.0.2",
	 SLAVE_WORDS(FORGET_ALL), .more = ", MASTER_USE_GTID=no", BY_GRANT, MASTER_STATUS},
	{.manual = NULL},
};

const struct statements *statements_of(const struct database_version *version)
{
	const struct statements *found = NULL;

	for (const struct statements *row = statements_table; row->manual; row++)
		if (row->mariadb == version->mariadb && (row->since <= version->number || !found))
			found = row;
	return found;
}
