/* What of a dump reaches the server, and what ends its load: statements in every spelling, dumps that are cut anywhere. */
#include "tests/unit/dump_filter_fixture.h"

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
		cmocka_unit_test(only_whole_dumps),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(tables_are_counted),
		cmocka_unit_test(the_rest_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
