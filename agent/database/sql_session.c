#include "database/sql_session.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* --- values */

/* Of one name of the list. */
static void add_mode(const char *name, size_t size, struct sql_mode *mode)
{
	static const char no_escapes[] = "NO_BACKSLASH";
	/* These have ANSI_QUOTES in them; which, differs from server to server. */
	static const char *const quotes[] = {"ANSI",  "DB2",    "MAXDB",
					     "MSSQL", "ORACLE", "POSTGRESQL"};

	if (!strncasecmp(name, no_escapes, strlen(no_escapes)))
		mode->backslash = false;
	for (size_t i = 0; i < COUNT(quotes); i++)
		mode->ansi |= size >= strlen(quotes[i]) &&
			      !strncasecmp(name, quotes[i], strlen(quotes[i]));
}

bool sql_mode_read(const char *text, struct sql_mode *mode)
{
	*mode = (struct sql_mode){.backslash = true};
	while (*text) {
		const size_t size =
			strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789_");

		if (!size || isdigit((unsigned char)*text) || (text[size] && text[size] != ','))
			return false;
		add_mode(text, size, mode);
		text += size;
		text += *text == ',';
	}
	return true;
}

/*
 * Not in it: BIG5, CP932, GBK, GB18030 and SJIS, where a byte of a character may be a backslash or a quote, so that the client
 * would divide the dump elsewhere than the server; SWE7, where a backslash is a letter; UCS2 and the like, which are no client's.
 */
bool sql_charset_is_plain(const char *name)
{
	static const char *const plain[] = {
		"utf8",    "utf8mb3", "utf8mb4", "latin1",   "latin2",   "latin5",  "latin7",
		"ascii",   "binary",  "cp1250",  "cp1251",   "cp1256",   "cp1257",  "cp850",
		"cp852",   "cp866",   "dec8",    "greek",    "hebrew",   "hp8",     "keybcs2",
		"koi8r",   "koi8u",   "macce",   "macroman", "armscii8", "geostd8", "tis620",
		"eucjpms", "ujis",    "euckr",   "gb2312",
	};

	for (size_t i = 0; i < COUNT(plain); i++)
		if (!strcasecmp(name, plain[i]))
			return true;
	return false;
}

/* encnames.c, without those that are clients' alone, for the same reason: BIG5, GBK, SJIS, JOHAB, UHC, GB18030 and their Windows names. */
bool sql_encoding_is_plain(const char *name)
{
	static const char *const plain[] = {"utf8",       "unicode",     "sqlascii",   "latin",
					    "iso8859",    "koi8",        "euc",        "win125",
					    "windows125", "win866",      "windows866", "win874",
					    "windows874", "muleinternal"};
	char clean[32];
	size_t size = 0;

	for (; *name && size < sizeof(clean) - 1; name++)
		if (isalnum((unsigned char)*name))
			clean[size++] = (char)tolower((unsigned char)*name);
	clean[size] = '\0';
	for (size_t i = 0; i < COUNT(plain); i++)
		if (!strncmp(clean, plain[i], strlen(plain[i])))
			return true;
	return false;
}

/* --- variables */

/* MySQL compares them by the letters that they have without their accents. */
void sql_variable_name(char *to, const char *name)
{
	size_t size = 0;

	for (; name[size]; size++) {
		const unsigned char c = (unsigned char)name[size];

		if (size == SQL_VARIABLE_MAX - 1 || !(isalnum(c) || c == '_' || c == '$')) {
			*to = '\0';
			return;
		}
		to[size] = (char)tolower(c);
	}
	to[size] = '\0';
}

static struct sql_change *find(const struct sql_session *session, const char *name)
{
	for (size_t i = 0; i < session->saved_count; i++)
		if (!strcmp(session->saved[i].name, name))
			return (struct sql_change *)&session->saved[i];
	return NULL;
}

struct sql_value sql_session_get(const struct sql_session *session, const char *name)
{
	const struct sql_change *saved = find(session, name);

	return saved && !sql_tables_has(&session->taken, "", name) ? saved->value
								   : (struct sql_value){0};
}

static void save(struct sql_session *session, const struct sql_change *change)
{
	struct sql_change *saved = find(session, change->name);

	if (!*change->name)
		session->saved_count = 0;
	else if (saved)
		*saved = *change;
	else if (session->saved_count < SQL_SAVED_MAX &&
		 (change->value.is_mode || change->value.is_charset))
		session->saved[session->saved_count++] = *change;
}

void sql_session_change(struct sql_session *session, const struct sql_change *change)
{
	if (change->target == SQL_TARGET_VARIABLE)
		save(session, change);
	if (change->target != SQL_TARGET_MODE)
		return;
	session->changed |= change->value.mode.backslash != session->mode.backslash;
	session->mode = change->value.mode;
}

void sql_session_forget(struct sql_session *session)
{
	session->saved_count = 0;
}

void sql_session_take(struct sql_session *session, const char *name)
{
	char small[SQL_VARIABLE_MAX];

	sql_variable_name(small, name);
	if (*small)
		sql_tables_add(&session->taken, "", small);
}

void sql_session_free(struct sql_session *session)
{
	sql_tables_free(&session->taken);
}
