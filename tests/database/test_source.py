"""A new master that first follows the old platform's, through a tunnel of the system's own ssh: real servers, a real sshd."""
import gzip
import json
import pathlib

import pytest
from first_boot import SECRET
from old_master import dump, in_use, lines, way, writer

from common import PATIENCE_S, until
from old_vm import Sshd


@pytest.mark.parametrize("data", ["--master-data=1", "--master-data=2"])
def test_follows_the_old_master(machine, source, sshd, new, data):
    machine.add_dump("shop", dump(source, data))
    source.sql("INSERT INTO shop.line VALUES (-2, 'written after the dump')")
    server = new(2, "--log-bin=binlog")
    writes = writer(source)
    machine.instruct(server, source=way(sshd, source))
    machine.complete()
    until(lambda: len(writes.acknowledged) > 50)
    acknowledged = writes.stop()

    # The tunnel ends with the process; what was not sent comes with the next.
    until(lambda: sshd.sessions() == [], "the sessions end")
    assert {-2, -1} <= set(lines(server))
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


def broken(source):
    return gzip.compress(source.dump("shop", "--master-data=2") + b"BROKEN;\n")


def test_dump_of_another_moment(machine, source, sshd, new):
    """One that was no good is replaced: this VM follows from where the new one was made."""
    path = machine.add_dump("shop", broken(source))
    machine.instruct(new(), source=way(sshd, source))
    machine.fail("database.load")
    source.sql("INSERT INTO shop.line VALUES (-2, 'is in the new dump')")
    path.write_bytes(dump(source))
    machine.complete()


def test_dump_of_another_moment_than_those_loaded(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    path = machine.add_dump("other", broken(source))
    machine.instruct(new(), source=way(sshd, source), parallel=False)
    machine.fail("database.load")
    assert machine.marks() == ["other.loading", "shop.loaded", "source.position"]
    source.sql("INSERT INTO shop.line VALUES (-2, 'between')")
    path.write_bytes(dump(source))
    assert "those that are loaded already at binlog." in machine.fail("database.source")["message"]


def test_purged(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    source.sql("FLUSH BINARY LOGS; FLUSH BINARY LOGS")
    # It keeps those that InnoDB may need until its next checkpoint.
    until(lambda: source.sql("PURGE BINARY LOGS TO 'binlog.000003'; SHOW BINARY LOGS").startswith("binlog.000003"))
    machine.instruct(new(), source=way(sshd, source))
    assert "begins with binlog.000003: binlog.000001, where this VM's dumps were made, was purged" in machine.fail("database.source")["message"]


def test_many_logs(machine, mariadb, sshd, new):
    """Of a master that keeps them for months: the list of them is long."""
    source = in_use(mariadb, "b" * 200)
    source.sql("FLUSH BINARY LOGS;" * 100)
    machine.add_dump("shop", dump(source))
    source.sql("INSERT INTO shop.line VALUES (-2, 'written after the dump')")
    server = new()
    machine.instruct(server, source=way(sshd, source))
    machine.complete()
    assert lines(server) == [-2, -1]


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
    """As in 2009: the lines stand in my.cnf itself until cutover, whatever is changed there meanwhile."""
    machine.add_dump("shop", dump(source))
    server = new()
    server.config.write_text("[mysqld]\nserver_id = 2\n")
    server.config.chmod(0o640)
    machine.instruct(server, source=way(sshd, source))
    machine.complete()
    assert list((machine.folder / "root/etc/mysql/conf.d").iterdir()) == []
    text = server.config.read_text()
    assert text.startswith("[mysqld]\nserver_id = 2\n# newroot: begin") and "[mysqld]\nread_only = 1\n" in text
    assert server.config.stat().st_mode & 0o7777 == 0o640
    server.stop()
    server.start()
    assert server.sql("SELECT @@read_only") == "1"
    server.config.write_text(text.replace("server_id = 2\n", "server_id = 2\nmax_connections = 77\n"))
    source.sql("SET GLOBAL read_only=1")
    attending = machine.attend()  # with the tunnel
    until(lambda: "is up" in (machine.folder / "attend.stderr").read_text(), lambda: machine.log)
    done = machine.cut_over()
    assert done.returncode == 0, done.stderr
    assert attending.wait(PATIENCE_S) == 0
    assert server.config.read_text() == "[mysqld]\nserver_id = 2\nmax_connections = 77\n"
    server.stop()
    server.start()
    assert server.sql("SELECT @@read_only, @@max_connections") == "0\t77"


def test_neither_folder_nor_file_is_read(machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    server = new()
    server.config.rename(server.config.parent / "other.cnf")
    server.config.write_text("[mysqld]\nserver_id = 2\n")
    fake = pathlib.Path(machine.environment["PATH"].split(":")[0]) / "my_print_defaults"
    fake.write_text(fake.read_text().replace("my.cnf", "other.cnf"))
    (server.config.parent / "other.cnf").write_text("[mysqld]\nserver_id = 2\n")
    machine.instruct(server, source=way(sshd, source))
    assert "!includedir /etc/mysql/conf.d" in machine.fail("database.source")["message"]
    assert list((machine.folder / "root/etc/mysql/conf.d").iterdir()) == []
    assert server.config.read_text() == "[mysqld]\nserver_id = 2\n"


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
    # What executes what comes begins with a wait: it has not caught up before the tunnel is back.
    server = new(2, "--init-slave=DO GET_LOCK('middle', 600)")
    machine.instruct(server, source=way(sshd, source))
    with server.held("SELECT GET_LOCK('middle', 600)"):
        run = machine.start()
        try:
            until(lambda: "shop.loaded" in machine.marks() and "Master_Log_File: binlog" in server.status(), lambda: machine.log)
            until(sshd.cut, "a session to be cut")
            until(lambda: "is back after" in machine.log, lambda: machine.log)
        except AssertionError:
            run.kill()
            raise
    try:
        assert run.wait(PATIENCE_S) == 0, machine.log
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
    other = Sshd(tmp_path / "other")
    other.stop()
    machine.instruct(new(), source=way(sshd, source, ssh={**sshd.login, "host_key": other.login["host_key"]}))
    assert "another key than host_key" in machine.fail("ssh.host-key")["message"]
