/* What of a dump reaches the server, and what ends its load: statements in every spelling, dumps that are cut anywhere. */
#include "database/dump_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM (4 << 20)

static struct dump_account account;

/* What the filter of `text` says, or NULL; what it has written, in `out`. */
static const char *filter_as(struct dump_filter filter, const char *text, size_t size, char *out)
{
	static struct err err;
	FILE *in = tmpfile(), *result = tmpfile();
	int ret;

	err = (struct err)ERR_INIT;
	account = (struct dump_account){0};
	filter.path = "01-shop.dump";
	filter.database = filter.system ? "mysql" : "shop";
	filter.account = &account;
	assert_int_equal(fwrite(text, 1, size, in), size);
	rewind(in);
	fflush(in);
	ret = dump_filter_run(&filter, fileno(in), fileno(result), &err);
	rewind(result);
	out[fread(out, 1, ROOM - 1, result)] = '\0';
	fclose(in);
	fclose(result);
	assert_int_equal(ret, err.code == ERR_NONE ? 0 : -1);
	assert_true(err.code == ERR_NONE || err.code == ERR_DATABASE_LOAD);
	return ret ? err.msg : NULL;
}

static const struct dump_filter mysql = {
	.of = &dump_mysql, .no_end_mark = true, .version = 80022, .mode = {.backslash = true}};
static const struct dump_filter mariadb = {.of = &dump_mysql,
					   .no_end_mark = true,
					   .version = 101106,
					   .mariadb = true,
					   .mode = {.backslash = true}};
static const struct dump_filter users = {.of = &dump_mysql,
					 .no_end_mark = true,
					 .version = 50077,
					 .system = true,
					 .mode = {.backslash = true},
					 .no_nul = true};
static const struct dump_filter postgresql = {
	.of = &dump_postgresql, .no_end_mark = true, .no_nul = true};

#define SAME ((const char *)1)

struct row {
	const char *text;
	const char *out;    /* what reaches the server; NULL: it is refused */
	const char *reason; /* a part of it */
};

static void check_rows(const struct dump_filter *filter, const struct row *rows, size_t count)
{
	char *out = malloc(ROOM);

	for (size_t i = 0; i < count; i++) {
		const char *said = filter_as(*filter, rows[i].text, strlen(rows[i].text), out);

		if (!rows[i].out != !!said)
			print_error("%s: %s\n", rows[i].text, said ? said : "let through");
		assert_int_equal(!rows[i].out, !!said);
		if (rows[i].out)
			assert_string_equal(out, rows[i].out == SAME ? rows[i].text : rows[i].out);
		else if (!strstr(said, rows[i].reason))
			fail_msg("%s: %s", rows[i].text, said);
	}
	free(out);
}

#define CHECK(filter, rows) check_rows(&(filter), rows, sizeof(rows) / sizeof(*(rows)))
#define ELSEWHERE           "leaves its database"
#define USERS               "changes users"
#define FILES               "files of the server"
#define UNKNOWN             "no statement that newroot knows"

/* --- what makes and fills a database */

static const struct row content[] = {
	{"", SAME, NULL},
	{"\n-- a comment; DROP DATABASE x\n# another; USE other\n/* USE other; */ ;\n", SAME, NULL},
	{"CREATE TABLE `a` (i INT) /*!50100 PARTITION BY HASH (i) */;\nINSERT INTO a VALUES (1,'x;y'),(2,'it''s \\'; USE other; -- ');\n",
	 SAME, NULL},
	{"INSERT INTO shop.a SELECT * FROM other.b;INSERT IGNORE INTO `shop` . `a` VALUES ();",
	 SAME, NULL},
	{"LOCK TABLES `a` WRITE, b AS c READ;UNLOCK TABLES;BEGIN;COMMIT;START TRANSACTION;", SAME,
	 NULL},
	{"ALTER TABLE a RENAME COLUMN b TO c, RENAME TO d;ALTER DATABASE CHARACTER SET latin1;ALTER DATABASE `shop` COLLATE x;",
	 SAME, NULL},
	{"SET NAMES utf8mb4;SET @a=1, @@session.b='GLOBAL', SESSION c=2, TIME_ZONE='+00:00';", SAME,
	 NULL},
	{"SELECT COUNT(*) INTO @x FROM a;UPDATE a SET i=1 WHERE i IN (1,2);DELETE FROM a WHERE i=1;",
	 SAME, NULL},
	{"USE shop;USE `shop`;CREATE DATABASE IF NOT EXISTS shop;DROP DATABASE IF EXISTS `shop`;",
	 SAME, NULL},
	{"insert\ninto\n/* c */a\nvalues(1);", SAME, NULL},
	/* 5 - -1 is no comment, and a comment is one without a blank when its line ends. */
	{"SELECT 5--1; USE shop;\n--\nSELECT 1;", SAME, NULL},
	{"CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`root`@`%` SQL SECURITY DEFINER VIEW v AS SELECT * FROM other.b;",
	 SAME, NULL},
	{"DELIMITER ;;\nCREATE DEFINER=`a`@`b` PROCEDURE p(IN x INT)\nBEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN ROLLBACK; END;\n"
	 "IF x THEN BEGIN SET @a=1; END; ELSE CASE x WHEN 1 THEN SET @b = CASE x WHEN 1 THEN 2 END; END CASE; END IF;\n"
	 "w: WHILE x DO SET x=x-1; END WHILE w; SELECT begin, t.end FROM t; CALL mysql.other(); END ;;\nDELIMITER ;\n",
	 SAME, NULL},
	{"DELIMITER $$\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.i=1$$\nCREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END$$\n",
	 SAME, NULL},
	/* Comments in a program are its text. */
	{"DELIMITER ;;\nCREATE PROCEDURE p()\nBEGIN\n-- don't\n/* SELECT */ SELECT /*!40001 SQL_NO_CACHE */ 1; # it's\nEND ;;\n",
	 SAME, NULL},
};

static void what_is_the_databases(void **state)
{
	(void)state;
	CHECK(mysql, content);
	CHECK(mariadb, content);
}

/* --- what the comments that servers execute become */

static const struct row executable[] = {
	{"/*!40101 SET NAMES utf8 */;", "         SET NAMES utf8   ;", NULL},
	{"/*!99999 SET NAMES utf8 */;", "                          ;", NULL},
	{"/*!SET NAMES utf8*/;", "   SET NAMES utf8  ;", NULL},
	{"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET latin1 */;",
	 "CREATE DATABASE          IF NOT EXISTS   `shop` /*!40100 DEFAULT CHARACTER SET latin1 */;",
	 NULL},
	{"DELIMITER ;;\n/*!50003 CREATE*/ /*!50020 DEFINER=`r`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a=1 */;;\n",
	 "DELIMITER ;;\n         CREATE            DEFINER=`r`@`%`            TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a=1   ;;\n",
	 NULL},
	{"/*M!999999\\- enable the sandbox mode */ \nSET @a=1;",
	 "/*M!999999\\- enable the sandbox mode */ \nSET @a=1;", NULL},
	/* A server of this version sees the second alone. */
	{"/*!99999 INSERT INTO a VALUES ( */ CHANGE MASTER TO MASTER_HOST='x';",
	 "                                  ", NULL},
	{"/*!99999 INSERT INTO a VALUES ( */ LOAD DATA INFILE 'x';", NULL, FILES},
	{"CREATE TABLE a (i INT /*!99999 'x*/ COMMENT 'y' /*!99999 ' */);",
	 "CREATE TABLE a (i INT               COMMENT 'y'              );", NULL},
	{"DELIMITER ;;\nCREATE PROCEDURE p() SELECT /*!99999 ' */ 1;;\n", NULL,
	 "quotes in a comment"},
	{"/*!40101 SELECT 1; */", NULL, "within a comment"},
};

static const struct row executable_mariadb[] = {
	{"/*M!999999\\- enable the sandbox mode */ \nSET @a=1;",
	 "                                        \nSET @a=1;", NULL},
	{"/*!50717 SELECT x FROM y */;/*M!100101 SET @a=1*/;/*!100101 SET @b=1*/;",
	 "                           ;           SET @a=1  ;          SET @b=1  ;", NULL},
};

static void comments_that_servers_execute(void **state)
{
	(void)state;
	CHECK(mysql, executable);
	CHECK(mariadb, executable_mariadb);
}

/* --- what is for another server */

static const struct row left_out[] = {
	{"CHANGE MASTER TO MASTER_HOST='x',\nMASTER_PORT=1;\nSET @a=1;", "\n\nSET @a=1;", NULL},
	{"change/**/master '' to master_host='it''s; \\'';\nSTART ALL SLAVES;\nSET @a=1;",
	 "\n\nSET @a=1;", NULL},
	{"CHANGE REPLICATION SOURCE TO SOURCE_HOST='x';START SLAVE;START REPLICA;STOP SLAVE;STOP ALL SLAVES;RESET SLAVE ALL;RESET MASTER;",
	 "", NULL},
	{"/*!40101 CHANGE MASTER TO MASTER_HOST='x' */;", "", NULL},
	{"/*!50000 CHANGE*/ /*!50000 MASTER TO MASTER_HOST='x' */;", "", NULL},
	{"SET GLOBAL a=1;SET @@global.a=1;SET @@ GLOBAL . a=1;SET PERSIST a=1;SET @b=1, GLOBAL a=1;/*!50606 SET GLOBAL a=OFF */;",
	 "", NULL},
	{"SET sql_log_bin=1;SET @@SESSION.SQL_LOG_BIN= 0;SET `sql_log_bin`=1;SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5';",
	 "", NULL},
	{"FLUSH TABLES WITH READ LOCK;FLUSH PRIVILEGES;PURGE BINARY LOGS TO 'x';", "", NULL},
	{"DELIMITER //\nCHANGE MASTER TO MASTER_HOST='x'//\nSTOP SLAVE; //\nSET @a=1//\n",
	 "DELIMITER //\n\n //\nSET @a=1//\n", NULL},
	{"SET @rocksdb_x = 1;/*!50112 PREPARE s FROM @enable_bulk_load */;EXECUTE s;DEALLOCATE PREPARE s;",
	 "SET @rocksdb_x = 1;", NULL},
};

static void what_is_left_out(void **state)
{
	char *out = malloc(ROOM);

	(void)state;
	CHECK(mysql, left_out);
	assert_null(filter_as(mysql, left_out[1].text, strlen(left_out[1].text), out));
	free(out);
	assert_int_equal(account.left_out, 2);
	assert_int_equal(account.line, 1);
	assert_string_equal(account.first, "change");
}

/* --- what ends a load */

static const struct row refused[] = {
	/* A client takes USE for a command of its own, without an end. */
	{"USE shop\nGRANT ALL ON *.* TO x;", NULL, UNKNOWN},
	{"USE shop\nsystem rm -rf /\n;", NULL, UNKNOWN},
	{"USE other;", NULL, "line 1: \"USE other …\" is refused in a dump of shop: it " ELSEWHERE},
	{"\n\n/*!40101 use\n`other` */;", NULL, "line 3: \"use other …\""},
	{"USE `sh``op`;", NULL, ELSEWHERE},
	{"USE SHOP;", NULL, ELSEWHERE},
	{"CREATE DATABASE /*!32312 IF NOT EXISTS*/ other;", NULL, ELSEWHERE},
	{"DROP DATABASE other;", NULL, ELSEWHERE},
	{"DROP SCHEMA IF EXISTS other;", NULL, ELSEWHERE},
	{"ALTER DATABASE other CHARACTER SET latin1;", NULL, ELSEWHERE},
	{"INSERT INTO other.a VALUES (1);", NULL, ELSEWHERE},
	{"INSERT INTO `other` . `a` VALUES (1);", NULL, ELSEWHERE},
	{"INSERT /*!50000 IGNORE */ INTO /*!50000 other. */ a VALUES (1);", NULL, ELSEWHERE},
	{"REPLACE LOW_PRIORITY mysql.user VALUES (1);", NULL, ELSEWHERE},
	{"CREATE TABLE IF NOT EXISTS \"other\".a (i INT);", NULL, ELSEWHERE},
	{"CREATE TRIGGER other.t BEFORE INSERT ON a FOR EACH ROW SET @a=1;", NULL, ELSEWHERE},
	{"CREATE UNIQUE INDEX i ON other.a (b);", NULL, ELSEWHERE},
	{"DROP TABLE a, other.b;", NULL, ELSEWHERE},
	{"RENAME TABLE a TO other.a;", NULL, ELSEWHERE},
	{"ALTER TABLE a ADD b INT, RENAME AS other.a;", NULL, ELSEWHERE},
	{"ALTER TABLE a RENAME other.a;", NULL, ELSEWHERE},
	{"ALTER TABLE a EXCHANGE PARTITION p WITH TABLE other.a;", NULL, ELSEWHERE},
	{"TRUNCATE TABLE other.a;", NULL, ELSEWHERE},
	{"LOCK TABLES a WRITE, other.b WRITE;", NULL, ELSEWHERE},
	{"DELETE FROM other.a;", NULL, ELSEWHERE},
	{"UPDATE a, other.b SET a.i=1;", NULL, "several tables"},
	{"UPDATE a JOIN other.b SET b.i=1;", NULL, "several tables"},
	{"DELETE other.b FROM a, other.b;", NULL, "several tables"},
	{"DELETE FROM a, other.b USING a JOIN other.b;", NULL, "several tables"},
	{"BINLOG 'AAAA';", NULL, ELSEWHERE},
	{"GRANT ALL ON *.* TO a@b;", NULL, USERS},
	{"/*!40101 GRANT ALL ON *.* TO a@b */;", NULL, USERS},
	{"CREATE OR REPLACE USER a;", NULL, USERS},
	{"ALTER USER a IDENTIFIED BY 'x';", NULL, USERS},
	{"SET PASSWORD FOR a = PASSWORD('x');", NULL, USERS},
	{"SET @a=1, PASSWORD='x';", NULL, USERS},
	{"RENAME USER a TO b;", NULL, USERS},
	{"LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE a;", NULL, FILES},
	{"SELECT * FROM a INTO/**/OUTFILE '/tmp/x';", NULL, FILES},
	{"SELECT 'x' INTO DUMPFILE '/tmp/x';", NULL, FILES},
	{"CREATE FUNCTION f RETURNS STRING SONAME 'f.so';", NULL, "library"},
	{"CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'f.so';", NULL, "library"},
	{"INSTALL PLUGIN x SONAME 'x.so';", NULL, "the server as a whole"},
	{"CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x');", NULL, UNKNOWN},
	{"CREATE TABLESPACE s ADD DATAFILE 'x.ibd';", NULL, UNKNOWN},
	{"SHUTDOWN;", NULL, UNKNOWN},
	{"CALL p();", NULL, UNKNOWN},
	{"SET STATEMENT max_statement_time=1 FOR CHANGE MASTER TO MASTER_HOST='x';", NULL, UNKNOWN},
	{"ANALYZE UPDATE other.a SET b=1;", NULL, UNKNOWN},
	{"EXPLAIN ANALYZE SELECT 1;", NULL, UNKNOWN},
	{"PREPARE s FROM 'DROP DATABASE other';", NULL, UNKNOWN},
	{"EXECUTE IMMEDIATE 'DROP DATABASE other';", NULL, UNKNOWN},
	{"BEGIN NOT ATOMIC DROP DATABASE other; END;", NULL, UNKNOWN},
	{"WITH a AS (SELECT 1) DELETE FROM other.a;", NULL, UNKNOWN},
	{"(SELECT 1);", NULL, UNKNOWN},
	/* The client's own: before 5.6 no option turns them off. */
	{"system rm -rf /\n", NULL, UNKNOWN},
	{"source /etc/passwd\n", NULL, UNKNOWN},
	{"tee /etc/passwd\n", NULL, UNKNOWN},
	{"\\! rm -rf /\n", NULL, "command for the client"},
	{"SELECT 1 \\! rm -rf /\n;", NULL, "command for the client"},
	{"INSERT INTO a VALUES (1 \\! rm -rf /\n);", NULL, "command for the client"},
	{"/* c */ DELIMITER ;;\n", NULL, "DELIMITER"},
	{"DELIMITER '\n", NULL, "DELIMITER"},
	{"DELIMITER \n", NULL, "DELIMITER"},
	/* To the server a semicolon ends a statement, whatever ends one for the client. */
	{"DELIMITER ;;\nCREATE TABLE a (i INT); GRANT ALL ON *.* TO a;;\n", NULL, USERS},
	{"DELIMITER ;;\nCREATE TABLE a (i INT); CHANGE MASTER TO MASTER_HOST='x';;\n", NULL,
	 "within another statement"},
	{"DELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a=1; DROP DATABASE other;;\n",
	 NULL, ELSEWHERE},
	{"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1; END; USE other;;\n", NULL, ELSEWHERE},
	{"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1;;\nDROP DATABASE other;;\n", NULL,
	 "BEGIN and END"},
	/* Quotes are where the server sees them. */
	{"INSERT INTO a VALUES ('\\\\'); USE other; -- ');", NULL, ELSEWHERE},
	{"INSERT INTO a VALUES ('a''b'); USE other;", NULL, ELSEWHERE},
	{"INSERT INTO a VALUES (`\\`); USE other; -- `);", NULL, ELSEWHERE},
	{"SET sql_mode='ANSI,NO_BACKSLASH_ESCAPES'; INSERT INTO a VALUES ('\\'); USE other; -- ');",
	 NULL, ELSEWHERE},
	{"SET NAMES gbk;", NULL, "character set"},
	{"/*!40101 SET character_set_client = 'sjis' */;", NULL, "character set"},
	/* Cut off. */
	{"INSERT INTO a VALUES (1),(2)", NULL, "ends within a statement"},
	{"INSERT INTO a VALUES ('x", NULL, "cut off"},
	{"SET @a=1", NULL, "ends within a statement"},
	{"/* a comment", NULL, "does not end"},
	{"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1;", NULL, "ends within a statement"},
	{"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1 /*!99999 x", NULL, "does not end"},
};

static void what_ends_a_load(void **state)
{
	(void)state;
	CHECK(mysql, refused);
	CHECK(mariadb, refused);
}

/* --- clients and servers divide it alike, or it is refused */

#define LINE "a line of its own"

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

/* --- users */

static const struct row of_users[] = {
	{"CREATE USER a;GRANT ALL ON *.* TO a;SET DEFAULT ROLE b FOR a;INSERT INTO `user` VALUES (1);",
	 SAME, NULL},
	{"INSERT INTO `slave_master_info` VALUES ('x');\nSET @a=1;", "\nSET @a=1;", NULL},
	{"DROP DATABASE mysql;", NULL, ELSEWHERE},
};

static void users_come_with_the_servers_own(void **state)
{
	(void)state;
	CHECK(users, of_users);
}

/* --- PostgreSQL */

static const struct row of_postgresql[] = {
	{"SET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (i int);\n"
	 "COPY public.a (i) FROM stdin;\n1\n\\N\nDROP DATABASE x;\n\\\\.\n\\.\n\n\nALTER TABLE ONLY public.a ADD CONSTRAINT c PRIMARY KEY (i);\n",
	 SAME, NULL},
	{"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN x; DROP DATABASE y; END $$;\n"
	 "CREATE FUNCTION g() RETURNS int AS $_b$ $$; $_b$;",
	 SAME, NULL},
	{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2; END;",
	 SAME, NULL},
	{"CREATE FUNCTION f(begin date) RETURNS bigint BEGIN ATOMIC INSERT INTO t VALUES (1); WITH x AS (SELECT 1) SELECT count(*) FROM t; END;\nSELECT 1;",
	 SAME, NULL},
	{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;\n\\! id\nEND;", NULL,
	 "a command for the client"},
	{"CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; DELETE FROM c);", SAME, NULL},
	{"/* a /* nested */ ; DROP DATABASE x; */ SELECT 1;", SAME, NULL},
	{"INSERT INTO a VALUES ('\\', E'\\'; DROP DATABASE x', U&'\\0041');", SAME, NULL},
	{"GRANT SELECT ON TABLE a TO b;REVOKE ALL ON SCHEMA public FROM PUBLIC;COMMENT ON TABLE a IS 'x';",
	 SAME, NULL},
	{"SELECT pg_catalog.setval('s', 1, true);SELECT lo_create('1');", SAME, NULL},
	{"CREATE USER MAPPING FOR a SERVER b;CREATE FOREIGN DATA WRAPPER w;CREATE EXTENSION IF NOT EXISTS plpgsql;",
	 SAME, NULL},
	{"\\restrict abc\nCREATE DATABASE shop WITH TEMPLATE = template0;\n\\unrestrict abc\n\\connect shop\nSELECT 1;\n",
	 "\n\n\n\nSELECT 1;\n", NULL},
	{"\\connect -reuse-previous=on \"dbname='shop'\"\nSELECT 1;", "\nSELECT 1;", NULL},
	{"CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false);COMMENT ON DATABASE other IS 'x';",
	 "", NULL},
	{"\\connect other\n", NULL, ELSEWHERE},
	{"\\connect \"dbname=shop host=x\"\n", NULL, ELSEWHERE},
	{"\\! rm -rf /\n", NULL, "a command of psql's"},
	{"\\i /etc/passwd\n", NULL, "a command of psql's"},
	{"SELECT 1 \\! rm -rf /\n;", NULL, "command for the client"},
	{"CREATE TABLE a (i int) \\! rm -rf /\n;", NULL, "command for the client"},
	{"CREATE DATABASE other;", NULL, ELSEWHERE},
	{"DROP DATABASE IF EXISTS other;", NULL, ELSEWHERE},
	{"ALTER SYSTEM SET a = 1;", NULL, "the server as a whole"},
	{"CREATE ROLE a;", NULL, USERS},
	{"ALTER USER a PASSWORD 'x';", NULL, USERS},
	{"GRANT a TO b;", NULL, USERS},
	{"CREATE TABLESPACE t LOCATION '/x';", NULL, FILES},
	{"COPY a FROM PROGRAM 'rm';", NULL, FILES},
	{"COPY a FROM '/etc/passwd';", NULL, FILES},
	{"COPY a TO '/etc/passwd';", NULL, FILES},
	{"LOAD 'x.so';", NULL, FILES},
	{"DO $$ BEGIN END $$;", NULL, UNKNOWN},
	{"SELECT pg_reload_conf();", NULL, "a function that no dump does"},
	{"SELECT pg_catalog.\"lo_export\"(1, '/x');", NULL, "a function that no dump does"},
	{"SET standard_conforming_strings = off;\nINSERT INTO a VALUES ('\\''); DROP DATABASE x; --');",
	 NULL, ELSEWHERE},
	{"INSERT INTO a VALUES ('\\'); DROP DATABASE x; --');", NULL, ELSEWHERE},
	{"COPY a FROM stdin;\n1\n2\n", NULL, "within the rows"},
	{"COPY a FROM stdin; SELECT 1;\n1\n\\.\n", NULL, "follows COPY"},
	{"CREATE FUNCTION f() AS $a$ x $b$;", NULL, "cut off"},
};

static void postgresql_dumps(void **state)
{
	(void)state;
	CHECK(postgresql, of_postgresql);
}

/* Rules of psql's lexer and the server's, of several years. */
static const struct row alike_postgresql[] = {
	{"INSERT INTO a VALUES (1$$'$$); SELECT 1; -- ');", NULL,
	 "a dollar directly behind a number"},
	{"SELECT setval('s', 1$$'$$);", NULL, "a dollar directly behind a number"},
	{"SELECT setval('s', $1$$'$$);", NULL, "a dollar directly behind a number"},
	{"INSERT INTO a VALUES (1a$$'$$);", NULL, "a dollar directly behind a number"},
	{"INSERT INTO a$b$ VALUES (c$d$, $e$';$e$, $\xc3\xa9$';$\xc3\xa9$, \xc3\xa9$);", SAME,
	 NULL},
	{"INSERT INTO a VALUES (1.$$';$$);", SAME, NULL},
	{"CREATE FUNCTION f() AS $a23456789b23456789c23456789d23456789e23456789f23456789g23456789h23456789$ ' ; $a23456789b23456789c23456789d23456789e23456789f23456789g23456789h23456789$;",
	 SAME, NULL},
	{"INSERT INTO a VALUES (E'a''\\'; DROP DATABASE x; --');", SAME, NULL},
	{"INSERT INTO a VALUES (e'\\\\', N'\\', nameE'\\');", SAME, NULL},
	{"INSERT INTO a VALUES (1E'\\''); DROP DATABASE x; --');", NULL,
	 "directly behind a number"},
	{"INSERT INTO a VALUES (1.e'\\''); DROP DATABASE x; --');", NULL,
	 "directly behind a number"},
	{"INSERT INTO a VALUES ($E'\\''); DROP DATABASE x; --');", NULL,
	 "directly behind a number"},
	{"INSERT INTO a VALUES (E'a'\n'\\'');", NULL, "goes on in another line"},
	{"INSERT INTO a VALUES (E'a' -- c\n\n'\\'');", NULL, "goes on in another line"},
	{"INSERT INTO a VALUES (E'a',\n'\\', 'a'\n'\\');", SAME, NULL},
	{"INSERT INTO a VALUES (U&'\\', U&\"\\\");", SAME, NULL},
	{"SET standard_conforming_strings = off;\nINSERT INTO a VALUES (B'\\', X'', '\\'');\n",
	 SAME, NULL},
	{"SET standard_conforming_strings = off;\nINSERT INTO a VALUES (U&'\\' \\! id\n');", NULL,
	 "U&"},
	{"SET standard_conforming_strings = off; INSERT INTO a VALUES ('\\'');", NULL, LINE},
	{"SET standard_conforming_strings = off; \nINSERT INTO a VALUES ('\\'');", SAME, NULL},
	{"SET standard_conforming_strings TO 'off';\nRESET ALL;\nINSERT INTO a VALUES ('\\');",
	 SAME, NULL},
	{"SET \"Standard_Conforming_Strings\" = no;\nRESET standard_conforming_strings;\nINSERT INTO a VALUES ('\\');",
	 SAME, NULL},
	{"SET standard_conforming_strings = off;\nSET standard_conforming_strings TO DEFAULT;\nINSERT INTO a VALUES ('\\');",
	 SAME, NULL},
	{"SET standard_conforming_strings = fals;", NULL, "cannot be known"},
	{"SET standard_conforming_strings = E'\\x6fff';", NULL, "cannot be known"},
	{"SET LOCAL standard_conforming_strings = off;", NULL, "cannot be known"},
	{"BEGIN;\nSET standard_conforming_strings = off;\nROLLBACK;", NULL, "cannot be known"},
	{"BEGIN;\nSET standard_conforming_strings = on;\nROLLBACK;", SAME, NULL},
	{"SET U&\"\\0073tandard_conforming_strings\" = off;", NULL, UNKNOWN},
	{"SELECT set_config('standard_conforming_strings', 'off', false);", NULL,
	 "cannot be known"},
	{"SELECT pg_catalog.\"set_config\" (E'search_path', '', false);", NULL, "cannot be known"},
	{"SELECT set_config('search_path' || '', '', false);", NULL, "cannot be known"},
	{"SELECT set_config('search_path', '', false), set_config('client_encoding', 'SJIS', false);",
	 NULL, "cannot be known"},
	{"SET client_encoding = 'UTF8';SET client_encoding TO latin1;SET NAMES 'EUC_JP';SET SESSION client_encoding = 'iso-8859-1';",
	 SAME, NULL},
	{"SET client_encoding = 'SJIS';", NULL, "encoding"},
	{"SET NAMES 'BIG5';", NULL, "encoding"},
	{"SET client_encoding = 'Shift_JIS';", NULL, "encoding"},
	{"SET client_encoding = windows_936;", NULL, "encoding"},
	{"SET DATESTYLE TO ISO;SET SESSION AUTHORIZATION 'a';SET search_path = a, b;SET a.b = 'c';",
	 SAME, NULL},
	/* A comment ends at a carriage return. */
	{"-- c\rDROP DATABASE x;\n", NULL, ELSEWHERE},
	{"INSERT INTO a VALUES (1 -- it's\r); DROP DATABASE x; --'\n);", NULL, ELSEWHERE},
	{"-- c\r\nSELECT 1; -- it's\r\n", SAME, NULL},
	/* psql's own, wherever they are. */
	{"INSERT INTO a VALUES (1) \\gexec\n;", NULL, "command for the client"},
	{"INSERT INTO a VALUES (1) \\; DROP DATABASE x;", NULL, "command for the client"},
	{"SELECT 1 \\copy a from '/etc/passwd'\n;", NULL, "command for the client"},
	{"\\copy a from '/etc/passwd'\n", NULL, "a command of psql's"},
	{"\\set a 1\n", NULL, "a command of psql's"},
	{"CREATE TABLE a (i int) \\connect other\n;", NULL, "command for the client"},
	{"INSERT INTO a VALUES (:'USER');", NULL, "a variable of psql's"},
	{"INSERT INTO a VALUES (:PROMPT1);", NULL, "a variable of psql's"},
	{"SELECT setval(:\"DBNAME\", 1);", NULL, "a variable of psql's"},
	{"INSERT INTO a VALUES (:{?x});", NULL, "a variable of psql's"},
	{"INSERT INTO a VALUES (b[1:e'\\'']);", NULL, "a variable of psql's"},
	{"INSERT INTO a VALUES (b[1:c$$']);", NULL, "a variable of psql's"},
	{"INSERT INTO a VALUES (b[1:2], b[c:d], b[c:\"Dd\"], '1'::TEXT, ' :USER', c := 1);", SAME,
	 NULL},
	/* Files. */
	{"COPY (SELECT * FROM stdin) TO '/tmp/x';", NULL, FILES},
	{"COPY a TO STDOUT;", NULL, FILES},
	{"COPY a (b) FROM stdin WITH (FORMAT 'binary');", NULL, FILES},
	{"COPY \"s\".\"a\" (\"from\", b) WITH OIDS FROM STDIN WITH NULL AS '';\n1\n\\.\n", SAME,
	 NULL},
};

static void psql_and_servers_read_alike(void **state)
{
	(void)state;
	CHECK(postgresql, alike_postgresql);
}

/* --- whole or not */

#define TABLES "CREATE TABLE a (i INT);\nINSERT INTO a VALUES (1);\n"

static const struct row ends[] = {
	{"-- MySQL dump 10.13\n" TABLES "-- Dump completed on 2020-01-01\n", SAME, NULL},
	{"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n" TABLES
	 "-- Dump completed\n",
	 SAME, NULL},
	{"ALTER DATABASE CHARACTER SET latin1;\n-- MySQL dump 10.13\n" TABLES "-- Dump completed",
	 SAME, NULL},
	{"-- MySQL dump 1\n" TABLES "-- Dump completed\n-- MySQL dump 2\n-- Dump completed\n", SAME,
	 NULL},
	{"-- MySQL dump 10.13\n" TABLES, NULL, "mark of its maker's at its end is missing"},
	{"-- MySQL dump 10.13\n" TABLES "-- Dump complete", NULL, "is missing"},
	{"-- MySQL dump 10.13\n" TABLES "INSERT INTO a VALUES ('\n-- Dump completed');\n", NULL,
	 "is missing"},
	{"-- MySQL dump 1\n" TABLES "-- MySQL dump 2\n" TABLES "-- Dump completed\n", NULL,
	 "another dump begins"},
	{"-- MySQL dump 1\n-- Dump completed\n" TABLES, NULL, "goes on behind"},
	{TABLES, NULL, "\"end_mark\": false"},
	{"", NULL, "neither head nor end"},
};

static const struct row ends_postgresql[] = {
	{"--\n-- PostgreSQL database dump\n--\n" TABLES
	 "--\n-- PostgreSQL database dump complete\n--\n",
	 SAME, NULL},
	{"--\n-- PostgreSQL database dump\n--\n" TABLES, NULL, "is missing"},
	{"--\n-- PostgreSQL database cluster dump\n--\n--\n-- PostgreSQL database cluster dump complete\n--\n",
	 SAME, NULL},
};

static void only_whole_dumps(void **state)
{
	struct dump_filter filter = mysql, of_postgres = postgresql;

	(void)state;
	filter.no_end_mark = of_postgres.no_end_mark = false;
	CHECK(filter, ends);
	CHECK(of_postgres, ends_postgresql);
}

/* At every byte. */
static void cut_anywhere(void **state)
{
	static const char text[] =
		"-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\n" TABLES
		"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1; END ;;\nDELIMITER ;\n-- Dump completed";
	struct dump_filter filter = mysql;
	char *out = malloc(ROOM);

	(void)state;
	filter.no_end_mark = false;
	for (size_t size = 0; size < sizeof(text) - 1; size++)
		assert_non_null(filter_as(filter, text, size, out));
	assert_null(filter_as(filter, text, sizeof(text) - 1, out));
	free(out);
}

static void tables_are_counted(void **state)
{
	static const char text[] =
		"CREATE TABLE a (i INT);CREATE TABLE IF NOT EXISTS `b` (i INT);/*!50001 CREATE VIEW `v` AS SELECT 1*/;"
		"/*!50001 DROP VIEW IF EXISTS `v`*/;/*!50001 CREATE VIEW `v` AS SELECT 2*/;"
		"CREATE TEMPORARY TABLE t (i INT);DROP TABLE b;CREATE TABLE a (i INT);";
	char *out = malloc(ROOM), *many = malloc(ROOM);
	size_t used = 0;

	(void)state;
	assert_null(filter_as(mysql, text, strlen(text), out));
	assert_int_equal(account.tables, 2);
	for (int i = 0; i < 50000; i++)
		used += (size_t)sprintf(many + used, "CREATE TABLE t%d (i INT);", i);
	assert_null(filter_as(mysql, many, used, out));
	assert_int_equal(account.tables, 50000);
	free(out);
	free(many);
}

/* Longer than the window, with statements, strings and comments across each of its edges. */
static void the_rest_is_as_it_was(void **state)
{
	char *text = malloc(ROOM), *out = malloc(ROOM);
	size_t used = 0;

	(void)state;
	for (int i = 0; used < ROOM - 200000; i++) {
		used += (size_t)sprintf(text + used, "/*!40000 INSERT */ INTO a VALUES (%d,'", i);
		memset(text + used, 'x', (size_t)(i * 37 % 1999));
		used += (size_t)(i * 37 % 1999);
		used += (size_t)sprintf(text + used, "\\'')/* ; */,(-1) -- it's\n;\n");
	}
	assert_null(filter_as(mysql, text, used, out));
	for (size_t i = 0; i < used; i++)
		assert_true(out[i] == text[i] || out[i] == ' ');
	text[used] = '\0';
	memset(text, 'x', 2 << 20);
	memcpy(text, "INSERT INTO a VALUES ('", 23);
	strcpy(text + (2 << 20), "');\n");
	assert_null(filter_as(mysql, text, strlen(text), out));
	assert_string_equal(text, out);
	memcpy(text, "SELECT             '    ", 23);
	assert_non_null(strstr(filter_as(mysql, text, strlen(text), out), "too long to be judged"));
	assert_string_equal(out, "");
	free(text);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_the_databases),
		cmocka_unit_test(comments_that_servers_execute),
		cmocka_unit_test(what_is_left_out),
		cmocka_unit_test(what_ends_a_load),
		cmocka_unit_test(users_come_with_the_servers_own),
		cmocka_unit_test(clients_and_servers_read_alike),
		cmocka_unit_test(bytes_of_zero),
		cmocka_unit_test(postgresql_dumps),
		cmocka_unit_test(psql_and_servers_read_alike),
		cmocka_unit_test(only_whole_dumps),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(tables_are_counted),
		cmocka_unit_test(the_rest_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
