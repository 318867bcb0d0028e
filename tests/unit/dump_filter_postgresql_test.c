/* Dumps of PostgreSQL: what of them reaches the server, and what psql and servers would read differently. */
#include "tests/unit/dump_filter_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postgresql_dumps),
		cmocka_unit_test(psql_and_servers_read_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
