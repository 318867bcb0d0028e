#include "job/form.h"

#include <string.h>

#include "job/address.h"

#define DATABASE_MAX             63 /* PostgreSQL's NAMEDATALEN 64 with the NUL; MySQL takes 64 */
#define USER_MAX                 32 /* MySQL's; 16 before 5.7.8, which the server says */
#define LOGIN_PASSWORD_MAX       79 /* what clients of MySQL 5 read from an option file */
#define REPLICATION_PASSWORD_MAX 32 /* CHANGE MASTER TO cuts longer ones off */

/* The servers' own, and the one in which the master keeps where replicas begin. */
static bool is_reserved(const char *text)
{
	static const char *const names[] = {"information_schema", "performance_schema", "sys",
					    "template0",          "template1",          "newroot"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcasecmp(text, names[i]))
			return true;
	return false;
}

static bool is_database(const char *text)
{
	return made_of(text, ALNUM "_$-", DATABASE_MAX) && text[0] != '-' && !is_reserved(text);
}

const struct form form_database = {
	"a database's name: 1 to 63 letters, digits, \"_\", \"$\" and \"-\"; "
	"none of the server's own "
	"(information_schema, performance_schema, sys, template0, template1), nor \"newroot\"",
	is_database,
};

static bool is_database_user(const char *text)
{
	return made_of(text, ALNUM "_.-", USER_MAX) && text[0] != '-';
}

const struct form form_database_user = {
	"a user's name: letters, digits and _.-, at most 32",
	is_database_user,
};

/* It stands between quotes in SQL and in option files. */
static bool is_password(const char *text, size_t max)
{
	return !*text || (is_printable(text, false, max) && !strpbrk(text, "\"'`\\"));
}

static bool is_login_password(const char *text)
{
	return is_password(text, LOGIN_PASSWORD_MAX);
}

const struct form form_login_password = {
	"at most 79 printable ASCII characters without blanks, quotes and backslashes",
	is_login_password,
};

static bool is_replication_password(const char *text)
{
	return is_password(text, REPLICATION_PASSWORD_MAX);
}

const struct form form_replication_password = {
	"at most 32 printable ASCII characters (servers take no more) without blanks, quotes and backslashes",
	is_replication_password,
};

static bool is_host(const char *text)
{
	struct address address;

	return is_domain(text, 253) ||
	       (address_parse_host(text, &address) && !address_is_zero(&address));
}

const struct form form_host = {"an address or a host name", is_host};

/* sun_path has 108 bytes. */
static bool is_socket(const char *text)
{
	return text[0] == '/' && is_printable(text, false, 107) && !strpbrk(text, "\"'\\#");
}

const struct form form_socket = {
	"the absolute path of a socket, such as \"/run/mysqld/mysqld.sock\", at most 107 characters without blanks",
	is_socket,
};

static bool is_log_file(const char *text)
{
	return made_of(text, ALNUM "_.-", 255) && text[0] != '-';
}

const struct form form_log_file = {
	"the name of a binary log as SHOW MASTER STATUS tells it, such as \"mysql-bin.000042\"",
	is_log_file,
};
