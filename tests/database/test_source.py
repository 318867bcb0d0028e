"""A new master that first follows the old platform's, through a tunnel of the system's own ssh: real servers, a real sshd."""
import gzip
import json
import os
import subprocess

import pytest
from first_boot import SECRET
from old_platform import Sshd, Writer, await_true
from servers import MariaDB, free_port

LOGIN = {"user": "mover", "password": SECRET}


class NewMaster(MariaDB):
    """Its configuration is in files, as an installed system's is."""

    def __init__(self, folder, root, server_id, *options):
        (root / "etc/mysql/conf.d").mkdir(parents=True)
        self.config = root / "etc/mysql/my.cnf"
        self.config.write_text(f"[mysqld]\nserver_id = {server_id}\n!includedir {root}/etc/mysql/conf.d\n")
        super().__init__(folder, server_id, *options)

    def start(self):
        options = [option for option in self.options if not option.startswith(("--no-defaults", "--server-id"))]
        self.launch(["mariadbd", f"--defaults-file={self.config}", *options])


@pytest.fixture
def source(mariadb):
    """The old platform's master, in use."""
    server = mariadb("old", 1, "--log-bin=binlog", "--sync-binlog=1")
    server.sql(f"CREATE USER mover@'127.0.0.1' IDENTIFIED BY '{SECRET}'; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO mover@'127.0.0.1';"
               "CREATE USER app@localhost; GRANT SELECT, INSERT, DELETE ON shop.* TO app@localhost;"
               "CREATE DATABASE shop; CREATE TABLE shop.line (id INT PRIMARY KEY, text VARCHAR(255)); INSERT INTO shop.line VALUES (-1, 'old')")
    return server


@pytest.fixture
def sshd(tmp_path):
    sshd = Sshd(tmp_path / "sshd", free_port())
    yield sshd
    sshd.stop()


@pytest.fixture
def new(machine, start, tmp_path):
    """Makes the new master; the program that prints its settings looks where it looks."""
    def make(server_id=2, *options):
        root = machine.folder / "root"
        server = start(lambda folder: NewMaster(folder, root, server_id, *options), "new")
        fake = tmp_path / "bin/my_print_defaults"
        fake.parent.mkdir()
        fake.write_text(f'#!/bin/sh\nexec /usr/bin/my_print_defaults --defaults-file={root}/etc/mysql/my.cnf "$@"\n')
        fake.chmod(0o755)
        machine.environment = {**os.environ, "PATH": f"{fake.parent}:{os.environ['PATH']}"}
        return server
    return make


def way(sshd, source, **further):
    return {"ssh": sshd.login, "port": source.port, **LOGIN, "limit": "120s", **further}


def dump(source, *argv):
    return gzip.compress(source.dump("shop", *(argv or ("--master-data=2",))))


def lines(server):
    return [int(line) for line in server.sql("SELECT id FROM shop.line ORDER BY id").splitlines()]


def writer(source):
    return Writer(["mariadb", "--no-defaults", f"--socket={source.socket}", "--user=app", "-BNn", "--force"], "shop.line")


@pytest.mark.parametrize("data", ["--master-data=1", "--master-data=2"])
def test_follows_the_old_master(machine, source, sshd, new, data):
    machine.add_dump("shop", dump(source, data))
    source.sql("INSERT INTO shop.line VALUES (-2, 'written after the dump')")
    server = new(2, "--log-bin=binlog")
    writes = writer(source)
    machine.instruct(server, source=way(sshd, source))
    machine.complete()
    await_true(lambda: len(writes.acknowledged) > 50)
    acknowledged = writes.stop()

    # The tunnel ends with the process; what was not sent comes with the next.
    assert sshd.sessions() == [] and {-2, -1} <= set(lines(server))
    assert server.sql("SELECT @@read_only") == "1"
    assert len(list((machine.folder / "root/etc/mysql/conf.d").iterdir())) == 1
    server.stop()
    server.start()
    assert server.sql("SELECT @@read_only") == "1"
    while not set(acknowledged) <= set(lines(server)):
        (machine.folder / "state/first-boot.done").unlink()
        machine.complete()
    notes = [event["text"] for event in machine.events if event["type"] == "note"]
    assert any(note.startswith("the tunnel to root@127.0.0.1 port") and note.endswith("is up") for note in notes)
    assert any(note.startswith("follows 127.0.0.1 from binlog.") for note in notes)

    # The way there stays in the instructions until cutover, and nowhere else.
    databases = json.loads(machine.config.read_text())["databases"]
    assert set(databases) == {"login", "source"} and machine.config.stat().st_mode & 0o777 == 0o600
    for secret in (SECRET, sshd.secret):
        assert [name for name in machine.shows(secret) if name != str(machine.config)] == []
    assert not (machine.folder / "root/run/newroot/ssh-databases").exists()


def test_position_given(machine, source, sshd, new):
    machine.add_dump("shop", dump(source, "--single-transaction"))
    file, offset = source.sql("SHOW MASTER STATUS").split("\t")[:2]
    source.sql("INSERT INTO shop.line VALUES (-2, 'after')")
    server = new()
    machine.instruct(server, source=way(sshd, source))
    assert "no dump says where" in machine.fail("database.source")["message"]
    machine.instruct(server, source=way(sshd, source, position={"file": file, "offset": int(offset)}))
    machine.complete()
    assert lines(server) == [-2, -1]


def test_two_positions(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    source.sql("INSERT INTO shop.line VALUES (-2, 'between')")
    machine.add_dump("other", dump(source))
    server = new()
    machine.instruct(server, source=way(sshd, source))
    assert "make all dumps at one moment" in machine.fail("database.source")["message"]
    assert machine.marks() == []


def test_purged(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    source.sql("FLUSH BINARY LOGS; FLUSH BINARY LOGS")
    # It keeps those that InnoDB may need until its next checkpoint.
    await_true(lambda: source.sql("PURGE BINARY LOGS TO 'binlog.000003'; SHOW BINARY LOGS").startswith("binlog.000003"))
    machine.instruct(new(), source=way(sshd, source))
    assert "begins with binlog.000003: binlog.000001, where this VM's dumps were made, was purged" in machine.fail("database.source")["message"]


def test_same_number(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    machine.instruct(new(1), source=way(sshd, source))
    assert "server_id of this replica is 1" in machine.fail("database.replicate")["message"]


def test_own_replicas_would_miss_it(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    machine.instruct(new(2, "--log-bin=binlog"), role="master", replication={"user": "follower", "password": "another-secret"},
                     source=way(sshd, source))
    assert "set log_slave_updates=1" in machine.fail("database.source")["message"]


def test_no_folder_is_read(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    server = new()
    server.config.write_text("[mysqld]\nserver_id = 2\n")
    machine.instruct(server, source=way(sshd, source))
    assert "!includedir /etc/mysql/conf.d" in machine.fail("database.source")["message"]
    assert list((machine.folder / "root/etc/mysql/conf.d").iterdir()) == []


def test_refused_by_the_old_master(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    server = new()
    machine.instruct(server, source={**way(sshd, source), "password": "another-secret"})
    assert "Access denied for user 'mover'" in machine.fail("database.login")["message"]
    source.sql("REVOKE REPLICATION CLIENT, BINLOG MONITOR ON *.* FROM mover@'127.0.0.1'")
    machine.instruct(server, source=way(sshd, source))
    assert "needs REPLICATION SLAVE and REPLICATION CLIENT" in machine.fail("database.source")["message"]


def test_tunnel_is_cut(machine, source, sshd, new):
    """In the middle of the catch-up: it is opened again, and the rest comes."""
    machine.add_dump("shop", dump(source))
    source.sql("CREATE TABLE shop.big (id INT PRIMARY KEY, data LONGBLOB);" +
               "".join(f"INSERT INTO shop.big VALUES ({i}, REPEAT('x', 1000000)); DO SLEEP(0);" for i in range(60)))
    server = new()
    machine.instruct(server, source=way(sshd, source))
    run = machine.start()
    try:
        await_true(lambda: "shop.loaded" in machine.marks() and "Master_Log_File: binlog" in server.status(), what=lambda: machine.log)
        assert await_true(sshd.cut)
        assert run.wait(timeout=120) == 0, machine.log
    finally:
        if run.poll() is None:
            run.kill()
        run.communicate()
    assert server.sql("SELECT COUNT(*) FROM shop.big") == "60"
    notes = [event["text"] for event in machine.events if event["type"] == "note"]
    assert any("the tunnel is cut, and will be opened again" in note for note in notes)
    assert any("is back after" in note for note in notes)


def test_another_host_key(machine, source, sshd, new, tmp_path):
    machine.add_dump("shop", dump(source))
    other = Sshd(tmp_path / "other", free_port())
    other.stop()
    machine.instruct(new(), source=way(sshd, source, ssh={**sshd.login, "host_key": other.login["host_key"]}))
    assert "another key than host_key" in machine.fail("ssh.host-key")["message"]
