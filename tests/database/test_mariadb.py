"""Dumps into real MariaDB servers, and a replica of a master."""
import bz2
import gzip
import json
import os
import re
import subprocess

import pytest
from first_boot import SECRET

from common import PATIENCE_S, until

OLD_PLATFORM = """
CREATE DATABASE shop CHARACTER SET latin1;
USE shop;
CREATE TABLE customer (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80) CHARACTER SET latin1, note VARCHAR(80) CHARACTER SET utf8mb4);
CREATE TABLE picture (id INT PRIMARY KEY, data LONGBLOB);
CREATE TABLE audit (customer INT, name VARCHAR(80));
CREATE TRIGGER remember AFTER INSERT ON customer FOR EACH ROW INSERT INTO audit VALUES (NEW.id, NEW.name);
CREATE VIEW customers AS SELECT id, name FROM customer;
INSERT INTO customer (name, note) VALUES ('Zoë Müller', '你好 🐘'), ('Ångström', 'naïve');
INSERT INTO picture VALUES (1, UNHEX('00FF1A0D0A5C270025')), (2, REPEAT(CHAR(0, 1, 13, 10, 26, 92, 39, 255), 5000));
"""
DIGESTS = ("SELECT MD5(GROUP_CONCAT(HEX(name), HEX(note) ORDER BY id)) FROM shop.customer; SELECT MD5(GROUP_CONCAT(MD5(data) ORDER BY id))"
           " FROM shop.picture; SELECT COUNT(*) FROM shop.audit; SELECT COUNT(*) FROM shop.customers")


def rows(count, width=200):
    """A database's dump of some size, for what takes a while."""
    lines = ["CREATE TABLE line (id INT PRIMARY KEY, text VARCHAR(255));"]
    lines += [f"INSERT INTO line VALUES ({i}, '{str(i) * 3:x<{width}}');" for i in range(count)]
    return "\n".join(lines + [""]).encode()


@pytest.fixture
def old(mariadb):
    """The old platform's server, whose dumps are moved."""
    old = mariadb("old")
    old.sql(OLD_PLATFORM)
    return old


def test_dumps_are_loaded_and_removed(machine, mariadb, old):
    new = mariadb("new", 1, "--log-bin=binlog", "--max-allowed-packet=1M")
    first = machine.add_dump("shop", gzip.compress(old.dump("shop")))
    machine.add_dump("two", bz2.compress(rows(300)))
    machine.add_dump("thr-ee", rows(10))
    machine.instruct(new)
    machine.complete()
    assert new.sql(DIGESTS) == old.sql(DIGESTS)
    assert new.sql("SELECT COUNT(*) FROM two.line; SELECT COUNT(*) FROM `thr-ee`.line") == "300\n10"
    assert "shop" not in new.log_events() and "thr-ee" not in new.log_events()
    new.sql("INSERT INTO shop.customer (name) VALUES ('by the trigger')")
    assert new.sql("SELECT COUNT(*) FROM shop.audit") == str(int(old.sql("SELECT COUNT(*) FROM shop.audit")) + 1)
    assert machine.marks() == ["shop.loaded", "thr-ee.loaded", "two.loaded"]
    assert not list(first.parent.iterdir())
    assert "databases" not in json.loads(machine.config.read_text())
    assert machine.config.stat().st_mode & 0o777 == 0o600
    assert new.sql("SELECT @@global.max_allowed_packet") == str(1 << 20)
    progress = {event["item"]: event for event in machine.events if event["type"] == "progress"}
    assert progress["shop"]["done"] == progress["shop"]["total"] > 1000


def test_comments_in_routines_stay(machine, mariadb):
    """The client would take them out of what it sends."""
    new = mariadb("new")
    machine.add_dump("shop", b"DELIMITER ;;\nCREATE PROCEDURE p()\nBEGIN\n-- the first\n/* the second */ SELECT 1;\n# the third\nEND ;;\nDELIMITER ;\n")
    machine.instruct(new)
    machine.complete()
    text = new.sql("SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_NAME = 'p'")
    assert "-- the first" in text and "/* the second */" in text and "# the third" in text


def test_large_rows(machine, mariadb):
    new = mariadb("new", 1, "--max-allowed-packet=1M")
    machine.add_dump("big", b"CREATE TABLE blobs (data LONGBLOB);\nINSERT INTO blobs VALUES ('" + b"x" * (20 << 20) + b"');\n")
    machine.instruct(new)
    machine.complete()
    assert new.sql("SELECT LENGTH(data) FROM big.blobs") == str(20 << 20)


def test_several_at_once(machine, mariadb):
    new = mariadb("new")
    for i in range(6):
        machine.add_dump(f"db{i}", rows(50 + i))
    machine.instruct(new, parallel=True, keep=True)
    machine.complete()
    assert [new.sql(f"SELECT COUNT(*) FROM db{i}.line") for i in range(6)] == [str(50 + i) for i in range(6)]
    assert len(list((machine.folder / "dumps").iterdir())) == 6


def test_error_in_a_dump(machine, mariadb):
    """It is told with its line; what was loaded stays, the rest is loaded once the dump is mended."""
    new = mariadb("new")
    machine.add_dump("good", rows(5))
    bad = machine.add_dump("shop", b"CREATE TABLE a (i INT);\nINSERT INTO a VALUES (1);\nINSERT INTO nowhere VALUES ('a row');\n")
    machine.instruct(new)
    error = machine.fail("database.load")
    assert "at line 3" in error["message"] and "nowhere" in error["message"]
    assert any("ERROR 1146" in line for line in error["stderr"])
    assert machine.shows("a row") == [str(bad)]
    assert machine.marks() == ["good.loaded", "shop.loading"]
    bad.write_bytes(b"CREATE TABLE a (i INT);\n")
    new.sql("INSERT INTO good.line VALUES (77, 'not loaded twice')")
    machine.complete()
    assert new.sql("SELECT COUNT(*) FROM good.line; SELECT COUNT(*) FROM shop.a") == "6\n0"


def test_cut_off_dump(machine, mariadb):
    new = mariadb("new")
    path = machine.add_dump("shop", gzip.compress(rows(2000))[:-500])
    machine.instruct(new)
    error = machine.fail("database.load")
    assert path.name in error["message"] and "ends before its end" in error["message"]
    path.write_bytes(gzip.compress(rows(2000)))
    machine.complete()
    assert new.sql("SELECT COUNT(*) FROM shop.line") == "2000"


def test_missing_dump(machine, mariadb):
    machine.add_dump("shop", b"").unlink()
    machine.instruct(mariadb("new"))
    assert "cannot read the dump of shop" in machine.fail("database.load")["message"]


def test_killed_in_the_middle(machine, mariadb):
    """Where its load waits for a lock that somebody has."""
    new = mariadb("new")
    lines = rows(3000).splitlines(keepends=True)
    machine.add_dump("small", rows(3))
    machine.add_dump("shop", gzip.compress(b"".join([*lines[:1500], b"DO GET_LOCK('middle', 600);\n", *lines[1500:]])))
    machine.instruct(new)
    with new.held("SELECT GET_LOCK('middle', 600)"):
        run = machine.start()
        until(lambda: new.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'DO GET_LOCK%'") == "1", lambda: machine.log)
        run.kill()
        run.communicate()
        assert [re.sub(r"\d+", "PID", name) for name in machine.marks()] == ["client.PID.cnf", "shop.loading", "small.loaded"]
        assert new.sql("SELECT COUNT(*) FROM shop.line") == "1499"
    machine.complete()
    assert new.sql("SELECT COUNT(*) FROM shop.line; SELECT COUNT(*) FROM small.line") == "3000\n3"
    assert machine.marks() == ["shop.loaded", "small.loaded"]


def test_what_others_made_is_not_dropped(machine, mariadb):
    new = mariadb("new")
    new.sql("CREATE DATABASE shop; CREATE TABLE shop.precious (i INT); CREATE DATABASE empty")
    machine.add_dump("empty", rows(1))
    machine.add_dump("shop", rows(1))
    machine.instruct(new)
    for _ in range(2):
        assert "has 1 tables already" in machine.fail("database.load")["message"]
    assert new.sql("SHOW TABLES IN shop") == "precious"


def test_login(machine, mariadb):
    """The password is in an option file that goes again, and in nothing that anybody reads."""
    new = mariadb("new")
    new.sql(f"CREATE USER boss@localhost IDENTIFIED BY '{SECRET}'; GRANT ALL ON *.* TO boss@localhost WITH GRANT OPTION")
    machine.add_dump("shop", rows(2000))
    login = {"socket": str(new.socket), "user": "boss"}
    machine.instruct(new, login={**login, "password": "wrong" + SECRET[5:]})
    assert "Access denied for user 'boss'" in machine.fail("database.login")["message"]
    machine.instruct(new, login={**login, "password": SECRET})
    run = machine.start()
    while run.poll() is None:
        for word in command_lines():
            assert SECRET not in word
    assert run.returncode == 0, run.communicate()
    run.communicate()
    assert machine.shows(SECRET) == [] and machine.shows("wrong" + SECRET[5:]) == []


def command_lines():
    return subprocess.run(["ps", "-eo", "args"], stdout=subprocess.PIPE, text=True).stdout.splitlines()


def test_server_quotes_a_password(machine, mariadb, tmp_path):
    """As an old or a new server does that does not know a statement."""
    new = mariadb("new", 1, "--log-bin=binlog")
    fake = tmp_path / "bin/mariadb"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nsql=$(cat)\ncase $sql in *'IDENTIFIED BY'*) echo \"ERROR 1064 (42000) at line 1: near '$sql'\" >&2; exit 1;; esac\n"
                    "printf '%s\\n' \"$sql\" | exec /usr/bin/mariadb \"$@\"\n")
    fake.chmod(0o755)
    machine.environment = {**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}"}
    machine.instruct(new, role="master", replication=REPLICATION)
    error = machine.fail("database.server")
    assert f"IDENTIFIED BY '{'*' * len(SECRET)}'" in error["message"]
    assert machine.shows(SECRET) == [str(machine.config)]


def test_no_client(machine, mariadb, tmp_path):
    machine.add_dump("shop", rows(1))
    machine.instruct(mariadb("new"))
    machine.environment = {**os.environ, "PATH": str(tmp_path)}
    assert f"no mariadb in {tmp_path}" in machine.fail("database.server")["message"]


def test_no_server(machine, mariadb):
    """Nothing answers, and the system has no such service."""
    new = mariadb("new")
    new.stop()
    machine.add_dump("shop", rows(1))
    machine.instruct(new, service="no-such-service")
    assert "no service no-such-service to start" in machine.fail("database.server")["message"]
    new.start()
    machine.complete()


# --- replication

REPLICATION = {"user": "follower", "password": SECRET, "limit": "120s"}


def master_of(server):
    return {"name": "db1", "address": "127.0.0.1", "port": server.port}


def test_replica_follows_its_master(machine, second, mariadb, old):
    dump = gzip.compress(old.dump("shop"))
    master = mariadb("master", 1, "--log-bin=binlog", "--binlog-format=statement")
    replica = mariadb("replica", 2, "--log-bin=binlog", "--log-slave-updates")
    master.sql("CREATE DATABASE before_all")  # in its log before newroot came
    for vm in (machine, second):
        vm.add_dump("shop", dump)
    machine.instruct(master, role="master", replication=REPLICATION)
    second.instruct(replica, after=["db1"], role="replica", master=master_of(master), replication=REPLICATION)

    # It loads beside its master, and waits then.
    run = second.start()
    until(lambda: "shop.loaded" in second.marks())
    until(lambda: any(event["type"] == "wait" and "db1 is not complete" in event["reason"] for event in second.events))
    assert run.poll() is None and second.state == "first boot"
    machine.complete()
    master.sql("INSERT INTO shop.customer (name) VALUES ('before the replica follows')")
    assert run.wait(PATIENCE_S) == 0, run.communicate()
    run.communicate()
    assert second.state == "complete"

    master.sql("INSERT INTO shop.customer (name) VALUES ('and after')")
    until(lambda: replica.sql(DIGESTS) == master.sql(DIGESTS))
    until(lambda: "Slave_IO_Running: Yes" in (status := replica.status()) and "Seconds_Behind_Master: 0" in status, replica.status)
    for server in (master, replica):
        log = server.log_events()
        assert "picture" not in log and "follower" not in log and "newroot" not in log
    assert replica.sql("SHOW DATABASES LIKE 'before_all'") == ""
    notes = [event["text"] for event in second.events if event["type"] == "note"]
    assert any(note.startswith("follows db1 from binlog.") for note in notes) and any("0 s behind" in note for note in notes)
    for vm in (machine, second):
        assert vm.shows(SECRET) == []

    # A first boot that is run anew over it changes nothing.
    (second.folder / "state/first-boot.done").unlink()
    second.instruct(replica, after=["db1"], role="replica", master=master_of(master), replication=REPLICATION)
    second.complete()
    assert replica.sql(DIGESTS) == master.sql(DIGESTS)


def test_master_keeps_where_replicas_begin(machine, mariadb):
    """A second run, after somebody has written, hands out the position of the first."""
    master = mariadb("master", 1, "--log-bin=binlog")
    machine.add_dump("bad", b"nonsense;\n")
    machine.instruct(master, role="master", replication=REPLICATION)
    machine.fail("database.load")
    first = master.sql("SELECT * FROM newroot.replicas_begin")
    master.sql("CREATE DATABASE written")
    (machine.folder / "dumps/01-bad.dump").write_bytes(b"SELECT 1;\n")
    machine.complete()
    assert master.sql("SELECT * FROM newroot.replicas_begin") == first
    assert master.sql("SHOW MASTER STATUS").split("\t")[:2] != first.split("\t")[1:]


def test_master_without_binary_log(machine, mariadb):
    machine.instruct(mariadb("master"), role="master", replication=REPLICATION)
    assert "no binary log" in machine.fail("database.replicate")["message"]


@pytest.fixture
def pair(machine, second, mariadb):
    """A master that is complete, and a replica that is about to follow it."""
    master = mariadb("master", 1, "--log-bin=binlog")
    machine.instruct(master, role="master", replication=REPLICATION)
    machine.complete()

    def make(server_id=2, **replication):
        replica = mariadb("replica", server_id)
        second.instruct(replica, after=["db1"], role="replica", master=master_of(master), replication={**REPLICATION, **replication})
        return master, replica

    return make


def test_same_server_id(second, pair):
    pair(server_id=1)
    assert "server_id of this replica is 1" in second.fail("database.replicate")["message"]


def test_refused_by_the_master(second, pair):
    pair(password="another-password")
    error = second.fail("database.login")
    assert "Access denied for user 'follower'" in error["message"]
    assert second.shows("another-password") == [str(second.config)]


def test_master_is_away(second, pair):
    master, replica = pair()
    second.instruct(replica, role="replica", master={**master_of(master), "port": 1}, replication=REPLICATION)
    run = second.start()
    until(lambda: second.log.count("trying again") >= 3, lambda: second.log)
    assert run.poll() is None
    run.kill()
    run.communicate()
    second.instruct(replica, role="replica", master=master_of(master), replication=REPLICATION)
    second.complete()


def test_replication_stops(second, pair):
    master, replica = pair()
    table = "SET sql_log_bin=0; CREATE DATABASE shop; CREATE TABLE shop.a (i INT)"
    master.sql(f"{table}; SET sql_log_bin=1; INSERT INTO shop.a VALUES (1)")
    error = second.fail("database.replicate")
    assert "replication has stopped" in error["message"] and "shop.a" in error["message"]
    replica.sql(table)
    second.complete()
    assert replica.sql("SELECT * FROM shop.a") == "1"


def test_replica_of_another(second, pair):
    _, replica = pair()
    replica.sql("CHANGE MASTER TO MASTER_HOST='192.0.2.1', MASTER_USER='x'")
    assert "follows 192.0.2.1 already" in second.fail("database.replicate")["message"]
    replica.sql("RESET SLAVE ALL")
    second.complete()


# --- hooks

def hook(machine, name, script):
    path = machine.folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return str(path)


def test_hooks(machine, mariadb):
    new = mariadb("new")
    machine.add_dump("shop", rows(3))
    client = f"mariadb --no-defaults -S {new.socket} -u root"
    before = hook(machine, "before", f"echo before; {client} -e 'CREATE DATABASE made_by_hook'; sleep 300 >/dev/null & \n")
    after = hook(machine, "after", f"printf '\\033[31mred'; {client} -BN -e 'SELECT COUNT(*) FROM shop.line'\n")
    machine.instruct(new, hooks={"before": [before], "after": [after], "limit": "120s"})
    machine.complete()
    notes = [event["text"] for event in machine.events if event["type"] == "note"]
    assert any("before: done\nbefore" in note for note in notes)
    assert any("[31mred3" in note and "\033" not in note for note in notes)


@pytest.mark.parametrize("script, limit, told", [
    ("echo so far; echo no luck; echo; exit 3", "120s", "failed with exit status 3: no luck"), ("sleep 600", "1s", "ran longer than 1 s"),
    ("kill -9 $$", "120s", "killed by signal 9"),
    ("yes | head -c 40000; echo at last; missing-program", "120s", "failed with exit status 127: /"),
], ids=["exit", "limit", "signal", "much output"])
def test_hook_fails(machine, mariadb, script, limit, told):
    new = mariadb("new")
    machine.add_dump("shop", rows(3))
    hooks = {"before": [hook(machine, "hook", script)], "limit": limit}
    machine.instruct(new, hooks=hooks)
    assert told in machine.fail("first-boot.hook")["message"]
    note = [event["text"] for event in machine.events if event["type"] == "note"][-1]
    assert note.endswith("missing-program: not found\n") or "yes" not in script
    assert machine.marks() == []
    hook(machine, "hook", "true")
    machine.instruct(new, hooks={**hooks, "limit": "120s"})
    machine.complete()
