"""Dumps into a real PostgreSQL server: as SQL, and in pg_dump's own format."""
import gzip

from common import until

OLD = """
CREATE TABLE customer (id serial PRIMARY KEY, name text, data bytea);
CREATE TABLE audit (name text);
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (NEW.name); RETURN NEW; END $$;
CREATE TRIGGER remember AFTER INSERT ON customer FOR EACH ROW EXECUTE PROCEDURE remember();
CREATE VIEW customers AS SELECT name FROM customer;
INSERT INTO customer (name, data) SELECT 'Zoë ' || i, decode(md5(i::text), 'hex') FROM generate_series(1, 200) i;
"""
DIGEST = "SELECT md5(string_agg(name || data::text, ',' ORDER BY id)), (SELECT count(*) FROM audit), (SELECT count(*) FROM customers) FROM customer"


def test_dumps_are_loaded(machine, postgresql):
    postgresql.sql("CREATE DATABASE old")
    postgresql.sql(OLD, "old")
    machine.add_dump("postgres", b"CREATE ROLE shopkeeper;\n")
    machine.add_dump("shop", gzip.compress(postgresql.client("pg_dump", "old")))
    machine.add_dump("cust-om", postgresql.client("pg_dump", "-Fc", "old"))
    machine.add_dump("zipped", gzip.compress(postgresql.client("pg_dump", "-Fc", "old")))
    machine.instruct(postgresql, engine="postgresql")
    machine.complete()
    for database in ("shop", "cust-om", "zipped"):
        assert postgresql.sql(DIGEST, database) == postgresql.sql(DIGEST, "old")
    assert postgresql.sql("SELECT 1 FROM pg_roles WHERE rolname='shopkeeper'") == "1"


def test_error_in_a_dump(machine, postgresql):
    bad = machine.add_dump("shop", b"CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\nINSERT INTO nowhere VALUES (1);\n")
    machine.instruct(postgresql, engine="postgresql")
    error = machine.fail("database.load")
    assert ":3: ERROR" in error["message"] and "nowhere" in error["message"] and error["stderr"]
    bad.write_bytes(b"CREATE TABLE a (i int);\n")
    machine.complete()
    assert postgresql.sql("SELECT count(*) FROM a", "shop") == "0"


def test_killed_in_the_middle(machine, postgresql):
    """The server goes on with the last statement of a client that is gone: the next run waits for it."""
    machine.add_dump("shop", b"CREATE TABLE a (i int);\n" + b"INSERT INTO a VALUES (1);\n" * 10 + b"CREATE TABLE slow AS SELECT pg_sleep(8)::text;\n" + b"INSERT INTO a VALUES (2);\n")
    machine.instruct(postgresql, engine="postgresql")
    run = machine.start()
    until(lambda: postgresql.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE slow%'") == "1", lambda: machine.log)
    run.kill()
    run.communicate()
    assert machine.marks() == ["shop.loading"]
    machine.complete()
    assert postgresql.sql("SELECT count(*) FROM a", "shop") == "11"


def test_what_others_made_is_not_dropped(machine, postgresql):
    postgresql.sql("CREATE DATABASE shop")
    postgresql.sql("CREATE TABLE precious (i int)", "shop")
    machine.add_dump("shop", b"CREATE TABLE a (i int);\n")
    machine.instruct(postgresql, engine="postgresql")
    assert "tables already" in machine.fail("database.load")["message"]
    assert postgresql.sql("SELECT count(*) FROM precious", "shop") == "0"


def test_refused(machine, postgresql):
    machine.add_dump("shop", b"SELECT 1;\n")
    machine.instruct(postgresql, engine="postgresql", login={"socket": str(postgresql.socket), "user": "daemon"})
    assert 'role "daemon" does not exist' in machine.fail("database.login")["message"]
