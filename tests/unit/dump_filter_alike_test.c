/* Clients and servers of MySQL and MariaDB divide a dump into the same statements, or the filter refuses it. */
#include "tests/unit/dump_filter_fixture.h"

static const struct row alike[] = {
	/* DELIMITER: the client takes it at the beginning of a line alone, and only while it has kept nothing of a statement. */
	{"-- c\n\n# c\n  DELIMITER ;;\nSELECT 1;;\nDELIMITER ;\nSELECT 1;  -- c\ndelimiter //\n",
	 SAME, NULL},
	{"DELIMITER ;; \nSELECT 1;;\n", SAME, NULL},
	{"DELIMITER ;;\r\nSELECT 1;;\r\nDELIMITER\t;\r\nSELECT 1;\r\n",
	 "DELIMITER ;; \nSELECT 1;;\r\nDELIMITER ; \nSELECT 1;\r\n", NULL},
	{"SELECT 1; DELIMITER //\nSELECT 2;\n", NULL, "DELIMITER"},
	{"/* c */\nDELIMITER //\nSELECT 1//\n", NULL, "would not see this DELIMITER"},
	{"/*!99999 c */\nDELIMITER //\nSELECT 1//\n", NULL, "would not see this DELIMITER"},
	{" \nDELIMITER //\nSELECT 1//\n", NULL, "would not see this DELIMITER"},
	{"  -- c\nDELIMITER //\nSELECT 1//\n", NULL, "would not see this DELIMITER"},
	{"SELECT 1; /* c */\nDELIMITER //\nSELECT 1//\n", NULL, "would not see this DELIMITER"},
	{"DELIMITER//\nSELECT 1//\n", NULL, "DELIMITER"},
	{"DELIMITER 50\n", NULL, "DELIMITER"},
	{"DELIMITER !\n", NULL, "DELIMITER"},
	{"\\d //\n", NULL, "command for the client"},
	{"DELIMITER //\n/*!50003 CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a=1 *///\n",
	 NULL, "begins the delimiter"},
	/* Elsewhere a line that begins so loses its end. */
	{"SELECT 'x' AS\ndelimiter INTO OUT\nFILE '/tmp/x';", NULL, "begins with DELIMITER"},
	{"INSERT INTO a VALUES (1,\nDelimiter -\n- it's\n);", NULL, "begins with DELIMITER"},
	{"INSERT INTO a VALUES ('\ndelimiters', 1 -\n- it's\n);", NULL, "begins with DELIMITER"},
	{"CREATE TABLE a (\n  delimiter INT,\n  `\tdelimiter` INT);\n", SAME, NULL},
	/* Comments. */
	{"SELECT 1 --\xa0it's\n;", NULL, "two dashes"},
	{"SELECT 1 --\x7fit's\n;", NULL, "two dashes"},
	{"SELECT 1 --\x01it's\n;", NULL, "two dashes"},
	{"INSERT INTO a VALUES (1)/*!99999 a /* b */ USE other */;",
	 "INSERT INTO a VALUES (1)                               ;", NULL},
	{"DELIMITER ;;\nCREATE PROCEDURE p() SELECT 1 /*!99999 /* */ ' */; USE other; -- ';;\n",
	 NULL, "a comment in it"},
	{"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN /*!500031 END; USE other; */ END;;\n", NULL,
	 "in a stored program"},
	{"SELECT 1'\\\n'; USE other; -- ';", NULL, "at the end of a line"},
	{"SELECT 1'\\\\\n', '\\\r\n';", SAME, NULL},
	/* Blanks of some character sets are letters of others. */
	{"SELECT 'x' INTO\xa0OUTFILE '/tmp/x';", NULL,
	 "\"SELECT INTO?OUTFILE …\" is refused in a dump of shop: a name that is not UTF-8 must be in quotes"},
	{"CREATE TABLE \xc3\xa9t\xc3\xa9 (i INT);INSERT INTO `\xe9` VALUES ('\xe9\xa0');", SAME,
	 NULL},
	/* ANSI_QUOTES: a backslash in a name is none of an older client's. */
	{"SET sql_mode='ANSI_QUOTES';INSERT INTO \"a\" VALUES ('\\'');", SAME, NULL},
	{"SET sql_mode='ANSI';INSERT INTO a SELECT \"\\\" , 'x'; USE other; -- \"", NULL,
	 "a backslash in double quotes"},
	{"DELIMITER ;;\nSET sql_mode='NO_BACKSLASH_ESCAPES'; INSERT INTO a VALUES ('\\');;\n", NULL,
	 LINE},
};

/* What sql_mode and the character set are, by every way in which they are set. */
static const struct row modes[] = {
	{"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;INSERT INTO a VALUES ('\\'');SET SQL_MODE=@OLD_SQL_MODE;",
	 "         SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'   ;INSERT INTO a VALUES ('\\'');SET SQL_MODE=@OLD_SQL_MODE;",
	 NULL},
	{"SET @saved_sql_mode = @@sql_mode;SET sql_mode = '';SET sql_mode = @saved_sql_mode;", SAME,
	 NULL},
	{"SET @a=@@session.sql_mode, sql_mode=ANSI;SET @@sql_mode=IFNULL(@A, '');SET sql_mode=DEFAULT;SET sql_mode=0;",
	 SAME, NULL},
	{"SET @a='NO_BACKSLASH_ESCAPES';SET sql_mode=@a;INSERT INTO a VALUES ('\\'); USE other; -- ');",
	 NULL, ELSEWHERE},
	{"SET @a := 'no_backslash_escapes', sql_mode := @a;", NULL, "sql_mode"},
	{"SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a='ANSI', @a.b='';SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode;SET @\xc3\xa1='x';SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode;SELECT @a:='x';SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode;INSERT INTO a VALUES (@a := 'x');SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode;SET @b=(@a:='x');SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode;SELECT 'x' INTO @a;SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode;\nDELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @A='x';;\nSET sql_mode=@a;;\n",
	 NULL, "sql_mode"},
	{"SET @a=@@global.sql_mode;SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET sql_mode='', @a=@@sql_mode;SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET @a=@@sql_mode, GLOBAL x=1;SET sql_mode=@a;", NULL, "sql_mode"},
	{"SET sql_mode=CONCAT('NO_BACKSLASH','_ESCAPES');", NULL, "sql_mode"},
	{"SET sql_mode='NO_BACKSLASH' '_ESCAPES';", NULL, "sql_mode"},
	{"SET sql_mode='NO_BACKSLASH\\_ESCAPES';", NULL, "sql_mode"},
	{"SET sql_mode=x'4e4f';", NULL, "sql_mode"},
	{"SET sql_mode=1048576;", NULL, "sql_mode"},
	{"SET @@session . `sql_mode`=@x;", NULL, "sql_mode"},
	{"SET NAMES utf8 COLLATE utf8_bin, @a=1;SET CHARACTER SET latin1;SET @c=@@character_set_client;SET character_set_client=@c;",
	 SAME, NULL},
	{"SET @saved_cs_client = @@character_set_client, @@character_set_results=gbk;", SAME, NULL},
	{"SET @c='gbk';SET character_set_client=@c;", NULL, "character set"},
	{"SET character_set_client=@@character_set_server;", NULL, "character set"},
	{"SET character_set_client=28;", NULL, "character set"},
	{"SET character_set_client=@c;", NULL, "character set"},
	{"SET NAMES x'67626b';", NULL, "character set"},
	{"SET NAMES 'gb18030' COLLATE x;", NULL, "character set"},
	{"SET CHARACTER SET big5;", NULL, "character set"},
	{"SET CHARSET cp932;", NULL, "character set"},
	{"SET NAMES swe7;", NULL, "character set"},
	{"SET NAMES DEFAULT;", NULL, "character set"},
	/* The server reads them by the client's character set, whatever theirs is. */
	{"INSERT INTO a VALUES (_gbk'\xbf\\'', _big5'x');", SAME, NULL},
};

static void clients_and_servers_read_alike(void **state)
{
	static const char set[] = "SET @a=@@sql_mode, sql_mode='';INSERT INTO a VALUES ('\\'');";
	static const char back[] =
		"SET @a=@@sql_mode, sql_mode='';SET sql_mode=@a;INSERT INTO a VALUES ('\\'');";
	struct dump_filter other = mysql;
	char *out = malloc(ROOM);

	(void)state;
	CHECK(mysql, alike);
	CHECK(mysql, modes);
	CHECK(mariadb, modes);
	/* What was there before is put back. */
	other.mode.backslash = false;
	assert_null(filter_as(other, set, strlen(set), out));
	assert_string_equal(filter_as(other, back, strlen(back), out),
			    "01-shop.dump: line 1: the dump ends within quotes: it was cut off");
	free(out);
}

/* A byte of zero ends a line to some clients, and a comment to servers. */
static void bytes_of_zero(void **state)
{
	static const struct {
		const struct dump_filter *filter;
		const char *text;
		size_t size;
		bool passes;
	} rows[] = {
		{&mysql, "INSERT INTO a VALUES ('\0');", 27, true},
		{&mysql, "INSERT INTO a VALUES ('\\\0');", 28, false},
		{&mysql, "-- \0' USE other;\n", 17, false},
		{&users, "INSERT INTO a VALUES ('\0');", 27, false},
		{&postgresql, "INSERT INTO a VALUES ('\0');", 27, false},
		{&postgresql, "SELECT 1; -- \0\n", 15, false},
	};
	char *out = malloc(ROOM);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(!filter_as(*rows[i].filter, rows[i].text, rows[i].size, out),
				 rows[i].passes);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_and_servers_read_alike),
		cmocka_unit_test(bytes_of_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
