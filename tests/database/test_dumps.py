"""Dumps that are cut, that reach elsewhere, and that were made for another server: of the real programs, into real servers."""
import gzip
import os

import pytest

SHOP = """
CREATE DATABASE shop; USE shop;
CREATE TABLE customer (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80));
CREATE TABLE old (id INT PRIMARY KEY) ENGINE=MyISAM;
CREATE TABLE parted (id INT) PARTITION BY HASH (id) PARTITIONS 3;
CREATE VIEW names AS SELECT name FROM customer;
CREATE VIEW elsewhere AS SELECT * FROM other.customer;
INSERT INTO customer (name) VALUES ('it''s; -- \\\\'), ('USE other;'), ('"');
INSERT INTO old VALUES (1), (2);
DELIMITER ;;
CREATE PROCEDURE count_them(OUT n INT)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END;
  -- the one's comment; with a semicolon
  IF 1 THEN BEGIN SELECT COUNT(*) INTO n FROM customer; END; ELSE SET n = CASE WHEN 1 THEN 2 END; END IF;
END ;;
CREATE FUNCTION twice(i INT) RETURNS INT DETERMINISTIC RETURN 2 * i;;
CREATE TRIGGER remember BEFORE INSERT ON customer FOR EACH ROW BEGIN SET NEW.name = UPPER(NEW.name); END;;
CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM old; END;;
DELIMITER ;
"""
LOOK = ("SELECT GROUP_CONCAT(name ORDER BY id) FROM shop.customer; SELECT COUNT(*) FROM shop.old; CALL shop.count_them(@n); SELECT @n, shop.twice(4);"
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 1;"
        "SELECT routine_definition FROM information_schema.routines WHERE routine_schema = 'shop' ORDER BY 1;"
        "SELECT action_statement FROM information_schema.triggers; SELECT event_definition FROM information_schema.events;"
        "SHOW CREATE TABLE shop.parted")
ALL = ("--routines", "--triggers", "--events")


@pytest.fixture
def old(mariadb):
    old = mariadb("old", 1, "--log-bin=binlog")
    old.sql("CREATE DATABASE other; CREATE TABLE other.customer (id INT, text VARCHAR(9))" + ";" + SHOP)
    return old


@pytest.fixture
def new(mariadb):
    """Whoever leaves `shop` finds something there."""
    new = mariadb("new", 2, "--log-bin=binlog")
    new.sql("CREATE DATABASE other; CREATE TABLE other.customer (id INT, text VARCHAR(9)); INSERT INTO other.customer VALUES (1, 'precious')")
    new.before = state(new)
    return new


def state(server):
    """What a dump of `shop` must not change."""
    return (server.sql("SHOW SLAVE STATUS"), server.sql("SELECT * FROM other.customer; SHOW TABLES IN other"),
            server.sql("SELECT user, host, authentication_string FROM mysql.user ORDER BY 1, 2"), server.log_events(),
            server.sql("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('max_allowed_packet', 'read_only', 'innodb_stats_auto_recalc', 'log_bin_trust_function_creators')"),
            server.sql("SELECT schema_name FROM information_schema.schemata WHERE schema_name <> 'shop' ORDER BY 1"))


def refuse(machine, new, *words):
    message = machine.fail("database.load")["message"]
    for word in words:
        assert word in message, message
    assert state(new) == new.before
    assert machine.marks() == ["shop.loading"]
    return message


@pytest.mark.parametrize("argv", [(), ("--skip-extended-insert", "--hex-blob"), ("--skip-opt",), ("--compatible=ansi", "--skip-quote-names"),
                                  ("--master-data", "--single-transaction", "--flush-logs"), ("--complete-insert", "--add-drop-trigger", "--tz-utc"),
                                  ("--databases",), ("--databases", "--add-drop-database"), ("--lock-tables", "--no-autocommit")], ids=" ".join)
def test_all_that_is_a_databases_own(machine, old, new, argv):
    machine.add_dump("shop", gzip.compress(old.dump("shop", *ALL, *argv)), end_mark=True)
    machine.instruct(new)
    machine.complete()
    assert new.sql(LOOK) == old.sql(LOOK)
    assert state(new)[1:] == new.before[1:] and state(new)[0] == ""


def test_cut_between_statements(machine, old, new):
    """What gzip or a hash would tell is whole: the cut was before."""
    dump = old.dump("shop", *ALL)
    for place in (dump.index(b"INSERT INTO `old`"), dump.index(b"UNLOCK TABLES"), dump.index(b"-- Dump completed"), dump.index(b"(2);") - 1,
                  dump.index(b"DELIMITER ;;") + 13):
        machine.dumps = []
        machine.add_dump("shop", gzip.compress(dump[:place]), end_mark=True)
        machine.instruct(new)
        refuse(machine, new, "is not whole")


def test_a_maker_without_an_end(machine, old, new):
    """Told before anything is loaded; the job's word counts."""
    dump = old.dump("shop", *ALL, "--compact")
    machine.add_dump("shop", dump, end_mark=True)
    machine.instruct(new)
    refuse(machine, new, '"end_mark": false')
    assert new.sql("SHOW TABLES IN shop") == ""
    machine.dumps = []
    machine.add_dump("shop", dump)
    machine.instruct(new)
    machine.complete()
    assert new.sql(LOOK) == old.sql(LOOK)


def test_tables_are_counted(machine, new):
    """Whatever became of one."""
    machine.add_dump("shop", b"CREATE TABLE a (i INT);\nDELIMITER ;;\nCREATE TABLE b (i INT);;\nDELIMITER ;\nALTER TABLE b RENAME a2;\nDROP TABLE a2;\n")
    machine.instruct(new)
    refuse(machine, new, "makes 2 tables and views, but shop has 1 after its load")


@pytest.mark.parametrize("statement", [
    "USE other;\nINSERT INTO customer VALUES (2, 'from there');", "use/**/`other`;", "/*!40101 USE other */;", "DELIMITER //\nUSE other//\nDELIMITER ;",
    "CREATE DATABASE /*!32312 IF NOT EXISTS*/ third;", "DROP DATABASE other;", "DROP TABLE other.customer;", "INSERT INTO other.customer VALUES (2, 'x');",
    "DELIMITER //\nCREATE TABLE b (i INT); INSERT INTO other.customer VALUES (2, 'x')//", "CREATE TABLE other.b (i INT);",
    "GRANT ALL ON *.* TO somebody@'%' IDENTIFIED BY 'x';", "/*!40101 CREATE USER somebody */;", "SET PASSWORD FOR root@localhost = PASSWORD('x');",
    "SELECT 'x' INTO OUTFILE '{folder}/file';", "LOAD DATA INFILE '/etc/passwd' INTO TABLE a;", "system touch {folder}/file\n", "\\! touch {folder}/file\n",
    "source {folder}/file\n", "tee {folder}/file\n", "SET STATEMENT sql_mode='' FOR CHANGE MASTER TO MASTER_HOST='192.0.2.1';",
    "SET @s = 'SET GLOBAL read_only=1'; PREPARE s FROM @s;", "INSTALL SONAME 'ha_blackhole';", "BEGIN NOT ATOMIC SET GLOBAL read_only=1; END;",
])
def test_what_reaches_elsewhere_is_refused(machine, new, statement):
    file = new.folder / "data/file"
    machine.add_dump("shop", b"CREATE TABLE a (text VARCHAR(99));\n" + statement.format(folder=file.parent).encode() + b"\n")
    machine.instruct(new)
    refuse(machine, new, "is refused in a dump of shop")
    assert not file.exists()


@pytest.mark.parametrize("text, reason", [
    (b"SET @m='NO_BACKSLASH_ESCAPES';\nSET sql_mode=@m;\nINSERT INTO a VALUES ('\\'); INSERT INTO other.customer VALUES (2, 'x'); -- ');\n", "leaves its database"),
    (b"SET sql_mode='ANSI_QUOTES';\nCREATE VIEW v AS SELECT text AS \"\\\" FROM a; INSERT INTO other.customer VALUES (2, 'x'); -- \";\n", "a backslash in double quotes"),
    (b"SELECT text AS\ndelimiter FROM a INTO OUT\nFILE '{folder}/file';\n", "begins with DELIMITER"),
    (b"SELECT text FROM a INTO\xa0OUTFILE '{folder}/file';\n", "must be in quotes"),
])
def test_what_is_hidden_from_the_filter(machine, new, text, reason):
    """These the real client and server took for statements."""
    file = new.folder / "data/file"
    machine.add_dump("shop", b"SET NAMES latin1;\nCREATE TABLE a (text VARCHAR(99));\n" + text.replace(b"{folder}", str(file.parent).encode()))
    machine.instruct(new)
    refuse(machine, new, reason)
    assert not file.exists()


def test_a_dump_of_another_database(machine, old, new):
    machine.add_dump("shop", old.client("mariadb-dump", "--databases", "other"), end_mark=True)
    machine.instruct(new)
    refuse(machine, new, "other", "leaves its database")


def test_a_dump_of_a_replica(machine, old, new, mariadb):
    """The new server would follow the old master."""
    old.sql("CREATE USER follower@'127.0.0.1' IDENTIFIED BY 'x'; GRANT ALL ON *.* TO follower@'127.0.0.1'")
    replica = mariadb("replica", 3)
    replica.sql("CREATE DATABASE other; CREATE TABLE other.customer (id INT, text VARCHAR(9));" + SHOP)
    position = old.sql("SHOW MASTER STATUS").split("\t")
    replica.sql(f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={old.port}, MASTER_USER='follower', MASTER_PASSWORD='x',"
                f"MASTER_LOG_FILE='{position[0]}', MASTER_LOG_POS={position[1]}; START SLAVE")
    dump = replica.client("mariadb-dump", *ALL, "--dump-slave=1", "--apply-slave-statements", "--include-master-host-port", "--gtid", "shop")
    assert b"CHANGE MASTER '' TO" in dump and b"START ALL SLAVES" in dump and b"SET GLOBAL gtid_slave_pos" in dump
    machine.add_dump("shop", dump, end_mark=True)
    machine.instruct(new)
    machine.complete()
    assert state(new) == new.before and new.sql(LOOK) == replica.sql(LOOK)
    note = [event["text"] for event in machine.events if event["type"] == "note" and "left out" in event["text"]]
    assert len(note) == 1 and "4 statements were left out" in note[0]


def test_what_is_for_another_server_is_left_out(machine, new):
    machine.add_dump("shop", b"""CREATE TABLE a (i INT);
change/* */master to master_host='192.0.2.1';
/*!50000 CHANGE*/ /*!50000 MASTER TO MASTER_HOST='192.0.2.1' */;
/*!50606 SET GLOBAL read_only=1 */;
SET @x=1, GLOBAL max_allowed_packet=1048576;
SET sql_log_bin=1;
DELIMITER //
RESET MASTER//
FLUSH PRIVILEGES//
DELIMITER ;
INSERT INTO a VALUES (1);
""")
    machine.instruct(new)
    machine.complete()
    assert state(new) == new.before and new.sql("SELECT * FROM shop.a") == "1"


def test_users_of_the_servers_own(machine, old, new):
    """Their dump brings no place from which the old server was a replica."""
    old.sql("CREATE USER keeper@localhost IDENTIFIED BY 'x'")
    dump = old.client("mariadb-dump", "mysql", "global_priv")
    place = b"INSERT INTO `gtid_slave_pos` VALUES (0,77,1,5);\n"
    machine.add_dump("mysql", dump.replace(b"-- Dump completed", place + b"-- Dump completed"), end_mark=True)
    machine.instruct(new)
    machine.complete()
    assert "keeper" in new.sql("SELECT user FROM mysql.user") and new.sql("SELECT * FROM mysql.gtid_slave_pos") == ""


# --- PostgreSQL

PG_SHOP = """
CREATE SCHEMA part; CREATE TABLE part.customer (id serial PRIMARY KEY, name text); CREATE TABLE empty (i int);
INSERT INTO part.customer (name) VALUES ('it''s; \\connect other'), (E'\\\\.'), ('$$'), (E'a\\nb');
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $_$ BEGIN RETURN 1; END $_$;
CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 3; END;
CREATE RULE r AS ON DELETE TO empty DO ALSO (INSERT INTO empty VALUES (1); INSERT INTO empty VALUES (2));
CREATE VIEW v AS SELECT name FROM part.customer; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
COMMENT ON TABLE empty IS 'it''s; DROP'; GRANT SELECT ON empty TO PUBLIC; CREATE PUBLICATION p FOR TABLE empty;
SELECT lo_from_bytea(4711, 'large'); CREATE TABLE halves (i int) PARTITION BY RANGE (i);
CREATE TABLE half PARTITION OF halves FOR VALUES FROM (0) TO (10); ALTER DATABASE old SET work_mem = '5MB';
"""
PG_LOOK = ("SELECT string_agg(name, '|' ORDER BY id) FROM part.customer; SELECT f(), g(); SELECT * FROM m; SELECT count(*) FROM v; SELECT lo_get(4711);"
           "SELECT relname, relkind FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'part'::regnamespace) ORDER BY 1")


@pytest.fixture
def pg_old(postgresql):
    postgresql.sql("CREATE DATABASE old; CREATE DATABASE other")
    postgresql.sql(PG_SHOP, "old")
    return postgresql


@pytest.mark.parametrize("argv", [(), ("--inserts",), ("--clean", "--if-exists"), ("-Fc",), ("-Fc", "-Z0", "--clean")], ids=" ".join)
def test_postgresql_all_that_is_a_databases_own(machine, pg_old, argv):
    machine.add_dump("shop", gzip.compress(pg_old.client("pg_dump", *argv, "old")), end_mark=True)
    machine.instruct(pg_old, engine="postgresql")
    machine.complete()
    assert pg_old.sql(PG_LOOK, "shop") == pg_old.sql(PG_LOOK, "old")


@pytest.mark.parametrize("argv", [(), ("--inserts",), ("-Fc",), ("-Fc", "-Z0")], ids=" ".join)
def test_postgresql_cut(machine, pg_old, argv):
    dump = pg_old.client("pg_dump", *argv, "old")
    places = [len(dump) * part // 10 for part in range(1, 10)] + [i for i in (dump.rfind(b"-- PostgreSQL database dump complete"), dump.find(b"\n\n-- Name: half")) if i > 0]
    for place in places:
        machine.dumps = []
        machine.add_dump("shop", gzip.compress(dump[:place]), end_mark=True)
        machine.instruct(pg_old, engine="postgresql")
        machine.fail("database.load")
        assert machine.marks() == ["shop.loading"]


@pytest.mark.parametrize("statement", [
    "\\connect other\nCREATE TABLE here (i int);", "\\! touch {folder}/file", "\\i /etc/passwd", "SELECT 1 \\g |touch {folder}/file\n;", "DROP DATABASE other;",
    "CREATE DATABASE third;", "ALTER SYSTEM SET work_mem = '7MB';", "CREATE ROLE somebody;", "COPY (SELECT 1) TO '{folder}/file';",
    "COPY a FROM PROGRAM 'touch {folder}/file';", "CREATE TABLESPACE t LOCATION '{folder}';", "DO $$ BEGIN EXECUTE 'CREATE ROLE x'; END $$;",
    "SELECT pg_catalog.pg_reload_conf();",
])
def test_postgresql_what_reaches_elsewhere(machine, pg_old, statement):
    file = pg_old.folder / "file"
    machine.add_dump("shop", b"CREATE TABLE a (text text);\n" + statement.format(folder=file.parent).encode() + b"\n")
    machine.instruct(pg_old, engine="postgresql")
    assert "is refused in a dump of shop" in machine.fail("database.load")["message"]
    assert not file.exists() and pg_old.sql("SELECT count(*) FROM pg_roles WHERE rolname !~ '^pg_'") == "1"
    assert pg_old.sql("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database") == "old other postgres shop template0 template1"
    assert pg_old.sql("SELECT count(*) FROM pg_class WHERE relname = 'here'", "other") == "0"


@pytest.mark.parametrize("text, reason", [
    ("INSERT INTO a VALUES (1$$'$$); CREATE ROLE somebody; -- ');\n", "directly behind a number"),
    ("-- a comment\rCREATE ROLE somebody;\n", "changes users"),
    ("RESET ALL;\nSET standard_conforming_strings = fals;\nINSERT INTO a VALUES ('\\''); CREATE ROLE somebody; --');\n", "cannot be known"),
    ("SELECT :PROMPT1 \n;\n", "a variable of psql's"),
])
def test_postgresql_what_is_hidden_from_the_filter(machine, postgresql, text, reason):
    machine.add_dump("shop", b"CREATE TABLE a (text text);\n" + text.encode())
    machine.instruct(postgresql, engine="postgresql")
    assert reason in machine.fail("database.load")["message"]
    assert postgresql.sql("SELECT count(*) FROM pg_roles WHERE rolname !~ '^pg_'") == "1"


def test_postgresql_tables_are_counted(machine, postgresql):
    """An index is none, nor is a sequence."""
    machine.add_dump("shop", b"CREATE TABLE a (i serial PRIMARY KEY);\nCREATE VIEW v AS SELECT 1;\nALTER VIEW v RENAME TO w;\nDROP VIEW w;\n")
    machine.instruct(postgresql, engine="postgresql")
    assert "makes 2 tables and views, but shop has 1 after its load" in machine.fail("database.load")["message"]


def test_postgresql_with_its_own_database(machine, pg_old):
    """pg_dump --create, of the same name."""
    pg_old.sql("ALTER DATABASE old RENAME TO shop")
    dump = pg_old.client("pg_dump", "--create", "shop")
    look = pg_old.sql(PG_LOOK, "shop")
    pg_old.sql("DROP DATABASE shop")
    machine.add_dump("shop", dump, end_mark=True)
    machine.instruct(pg_old, engine="postgresql")
    machine.complete()
    assert pg_old.sql(PG_LOOK, "shop") == look


def test_postgresql_globals(machine, pg_old):
    pg_old.sql("CREATE ROLE shopkeeper LOGIN; CREATE ROLE staff; GRANT staff TO shopkeeper")
    dump = pg_old.client("pg_dumpall", "--globals-only")
    pg_old.sql("DROP ROLE shopkeeper; DROP ROLE staff")
    dump = dump.replace(b"CREATE ROLE postgres;\n", b"")
    machine.add_dump("postgres", dump, end_mark=True)
    machine.instruct(pg_old, engine="postgresql")
    machine.complete()
    assert pg_old.sql("SELECT count(*) FROM pg_auth_members WHERE member = 'shopkeeper'::regrole") == "1"


# --- nothing is written down before its data

RECORDER = """#!/bin/sh
sql=$(cat)
case $sql in *FLUSH*TABLES*|*CHECKPOINT*) echo "settle: $(ls {state}/databases 2>/dev/null | tr '\\n' ' ') dumps: $(ls {dumps} | tr '\\n' ' ')" >>{record};; esac
printf '%s\\n' "$sql" | exec {program} "$@"
"""


@pytest.mark.parametrize("kind", ["mariadb", "psql"])
def test_a_database_is_settled_before_its_mark(machine, request, tmp_path, kind):
    """MyISAM's rows are in the server's memory until their table is closed, and in the kernel's until sync(2)."""
    server = request.getfixturevalue("postgresql") if kind == "psql" else request.getfixturevalue("mariadb")("new")
    folder = machine.folder / "bin"
    folder.mkdir()
    fake, record = folder / kind, folder / "record"
    record.touch()
    record.chmod(0o666)
    for path in (machine.folder, machine.folder / "state", machine.folder / "dumps", folder):
        path.chmod(0o755)
    fake.write_text(RECORDER.format(state=machine.folder / "state", dumps=machine.folder / "dumps", record=record, program=f"/usr/bin/{kind}"))
    fake.chmod(0o755)
    machine.environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    machine.add_dump("shop", b"CREATE TABLE a (i INT);\nINSERT INTO a VALUES (1);\n")
    machine.instruct(server, engine="postgresql" if kind == "psql" else "mysql")
    machine.complete()
    first, *_, last = record.read_text().splitlines()
    if kind == "mariadb":
        assert "shop.loading" in first and "shop.loaded" not in first and "shop.loaded" in last
        assert server.sql("SHOW OPEN TABLES FROM shop") == ""
    assert "01-shop.dump" in first and "01-shop.dump" not in last
    steps = [event["step"] for event in machine.events if event["type"] == "begin"]
    assert steps[-1] == "settle"
