"""A new master that first follows the old platform's, through a tunnel of the system's own ssh: real servers, a real sshd."""
import gzip
import json
import os
import pathlib
import subprocess

import pytest
from first_boot import SECRET
from servers import MariaDB
from writer import Writer

from common import PATIENCE_S, until
from old_vm import Sshd

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


def in_use(mariadb, logs="binlog"):
    server = mariadb("old", 1, f"--log-bin={logs}", "--sync-binlog=1")
    server.sql(f"CREATE USER mover@'127.0.0.1' IDENTIFIED BY '{SECRET}'; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO mover@'127.0.0.1';"
               "CREATE USER app@localhost; GRANT SELECT, INSERT, DELETE ON shop.* TO app@localhost;"
               "CREATE DATABASE shop; CREATE TABLE shop.line (id INT PRIMARY KEY, text VARCHAR(255)); INSERT INTO shop.line VALUES (-1, 'old')")
    return server


@pytest.fixture
def source(mariadb):
    """The old platform's master, in use."""
    return in_use(mariadb)


@pytest.fixture
def sshd(tmp_path):
    sshd = Sshd(tmp_path / "sshd")
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


# --- between first boot and cutover

@pytest.fixture
def follower(machine, source, sshd, new):
    """A VM whose first boot is done: it follows, and somebody writes there all the time."""
    machine.add_dump("shop", dump(source))
    machine.server = new(2, "--log-bin=binlog")
    machine.instruct(machine.server, source=way(sshd, source))
    writes = writer(source)
    machine.complete()
    machine.attending = machine.attend()
    machine.writes = writes
    until(lambda: "is up" in told(machine), lambda: machine.log)
    yield machine
    writes.stop()
    if machine.attending.poll() is None:
        machine.attending.terminate()
    machine.attending.wait(PATIENCE_S)
    text = (machine.folder / "attend.stderr").read_text()
    assert "Sanitizer" not in text and "runtime error" not in text


def told(machine):
    return (machine.folder / "attend.stderr").read_text()


def follows(machine):
    """Everything that is acknowledged now comes."""
    acknowledged = set(machine.writes.acknowledged)
    until(lambda: acknowledged <= set(lines(machine.server)), lambda: machine.server.status() + machine.log)
    return len(acknowledged)


def ended(machine):
    """By itself."""
    until(lambda: machine.attending.poll() is not None, lambda: machine.log + str(machine.service.ask(f"/v1/vms/{machine.name}")))
    assert machine.attending.returncode == 0


def promoted(machine):
    status = machine.server.status()
    return "Master_Host" not in status and machine.server.sql("SELECT @@read_only") == "0"


def test_tunnel_is_kept(follower, sshd):
    for cuts in (1, 2):
        follows(follower)
        until(sshd.cut, "a session to be cut")
        until(lambda: told(follower).count("is back after") >= cuts, lambda: follower.log)
    before = len(follower.writes.acknowledged)
    until(lambda: len(follower.writes.acknowledged) > before + 20)
    assert follows(follower) > 20
    until(lambda: sum("is back after" in event.get("text", "") for event in follower.events) >= 2, lambda: follower.log)
    until(lambda: any(" s behind 127.0.0.1, has executed up to binlog." in event.get("text", "") for event in follower.events))
    # sshd is gone for a while, and its machine says so.
    sshd.stop()
    until(lambda: "does not come up, and is tried again" in told(follower))
    sshd.start()
    assert follows(follower) > 20
    assert follower.attending.poll() is None and follower.state == "complete"
    for secret in (SECRET, sshd.secret):
        assert set(follower.shows(secret)) <= {str(follower.config), str(follower.folder / "root/run/newroot/ssh-databases/identity")}


def change_password(follower, source, password):
    """On the old master, and then in the instructions; what it knew before is refused."""
    source.sql(f"SET sql_log_bin=0; ALTER USER mover@'127.0.0.1' IDENTIFIED BY '{password}'")
    config = json.loads(follower.config.read_text())
    config["databases"]["source"]["password"] = password
    return lambda: follower.config.write_text(json.dumps(config))


def test_password_is_mended(follower, source, sshd):
    """The server that follows gets it, and goes on from its place."""
    follows(follower)
    mend = change_password(follower, source, "mended-once")
    until(sshd.cut, "a session to be cut")
    until(lambda: "Access denied for user 'mover'" in follower.server.status(), lambda: follower.server.status())
    mend()
    assert follows(follower) > 20
    # By a first boot that is done again, which opens the tunnel anew.
    follower.attending.terminate()
    follower.attending.wait(PATIENCE_S)
    change_password(follower, source, "mended-twice")()
    (follower.folder / "state/first-boot.done").unlink()
    follower.complete()
    follower.attending = follower.attend()
    assert follows(follower) > 20
    assert any("refuses the login of this replica, which is given anew" in event.get("text", "") for event in follower.events)


def test_quarantine_was_open(follower, service):
    """A later boot has not loaded it: it is loaded, somebody hears of it, and the rest goes on."""
    follower.attending.terminate()
    follower.attending.wait(PATIENCE_S)
    folder = follower.folder / "quarantine"
    folder.mkdir()
    for name, body in (("loaded", "test -e kernel"), ("load", "touch kernel")):
        (folder / name).write_text(f"#!/bin/sh\ncd {folder}\n{body}\n")
        (folder / name).chmod(0o755)
    follower.attending = follower.attend()
    until(lambda: follower.state == "error", lambda: told(follower))
    error = [event for event in follower.events if event["type"] == "error"][-1]
    assert error["code"] == "first-boot.quarantine" and "it is loaded now" in error["message"] and (folder / "kernel").exists()
    assert follows(follower)
    service.cli("retry", follower.name)
    assert follower.state == "complete" and follower.attending.poll() is None


def test_promotion(follower, source, sshd):
    """Under writes: nothing that the old master has acknowledged is missing."""
    refused = follower.cut_over()
    assert refused.returncode and "[cutover.writable]" in refused.stderr and "SET GLOBAL read_only=1" in refused.stderr
    assert follower.state == "error" and (follower.folder / "migrating").exists() and not promoted(follower)
    assert follows(follower) > 20

    source.sql("SET GLOBAL read_only=1")
    # What a process has left that was killed goes, too.
    (follower.folder / "state/databases/source.cnf").write_text(SECRET)
    shown = follower.cut_over("dry-run")
    assert shown.returncode == 0 and "and read only" in shown.stdout and "this VM has executed up to binlog." in shown.stdout
    assert "Nothing was changed." in shown.stdout and not promoted(follower) and SECRET in follower.config.read_text()
    done = follower.cut_over()
    assert done.returncode == 0, done.stdout + done.stderr
    acknowledged = follower.writes.stop()
    assert len(acknowledged) > 20 and set(lines(follower.server)) == {-1, *acknowledged}
    assert promoted(follower) and follower.state == "cut over"
    assert follower.attending.wait(PATIENCE_S) == 0

    # Nothing of the way is left, and the server takes writes after a restart, too.
    for secret in (SECRET, sshd.secret):
        assert follower.shows(secret) == []
    until(lambda: sshd.sessions() == [], "the sessions end")
    assert "databases" not in json.loads(follower.config.read_text())
    follower.server.stop()
    follower.server.start()
    assert promoted(follower)
    again = follower.cut_over()
    assert again.returncode == 0 and "  database\n    nothing to do" in again.stdout

    undone = follower.cut_over("undo")
    assert undone.returncode == 0 and "the database stays promoted: that cannot be undone" in undone.stdout
    assert follower.state == "complete" and promoted(follower)


def test_ordered_by_the_service(follower, source, service):
    source.sql("SET GLOBAL read_only=1")
    service.cli("cutover", follower.name)
    ended(follower)
    acknowledged = follower.writes.stop()
    assert set(lines(follower.server)) == {-1, *acknowledged} and promoted(follower)
    assert follower.state == "cut over"


def test_refused_order_is_given_again(follower, source, service):
    service.cli("cutover", follower.name)
    until(lambda: follower.state == "error", lambda: follower.log)
    assert any(event.get("code") == "cutover.writable" for event in follower.events)
    assert follows(follower) and follower.attending.poll() is None
    source.sql("SET GLOBAL read_only=1")
    service.cli("retry", follower.name)
    ended(follower)
    assert follower.state == "cut over" and promoted(follower)


def test_not_caught_up(follower, source):
    follows(follower)  # through the tunnel of the process that attends: within the limit below it need not connect
    with follower.server.held("LOCK TABLES shop.line READ"):
        source.sql("INSERT INTO shop.line VALUES (-2, 'cannot come'); SET GLOBAL read_only=1")
        refused = follower.cut_over(limit=10)
        assert refused.returncode and "[cutover.behind]" in refused.stderr and "has not come so far in time" in refused.stderr
        assert not promoted(follower)
    assert follower.cut_over().returncode == 0 and promoted(follower)
    assert set(lines(follower.server)) == {-2, -1, *follower.writes.stop()}


def test_not_connected(follower, source):
    """It tries again every few seconds, which a person has to know."""
    follower.attending.terminate()  # it would give the right password anew
    follower.attending.wait(timeout=60)
    follower.server.sql("STOP SLAVE; CHANGE MASTER TO MASTER_PASSWORD='another'; START SLAVE")
    before = len(follower.writes.acknowledged)
    until(lambda: len(follower.writes.acknowledged) > before + 5)
    source.sql("SET GLOBAL read_only=1")
    refused = follower.cut_over(limit=10)
    assert "[cutover.behind]" in refused.stderr and "it is connecting to 127.0.0.1: error connecting to master" in refused.stderr, refused.stderr
    assert not promoted(follower) and SECRET not in refused.stderr
    follower.server.sql(f"STOP SLAVE; CHANGE MASTER TO MASTER_PASSWORD='{SECRET}'; START SLAVE")
    assert follower.cut_over().returncode == 0 and promoted(follower)
    assert set(lines(follower.server)) == {-1, *follower.writes.stop()}


def test_replication_has_stopped(follower, source):
    source.sql("SET sql_log_bin=0; CREATE TABLE shop.other (i INT); SET sql_log_bin=1; INSERT INTO shop.other VALUES (1); SET GLOBAL read_only=1")
    refused = follower.cut_over()
    assert "[cutover.behind]" in refused.stderr and "shop.other" in refused.stderr and not promoted(follower)
    until(lambda: "replication from 127.0.0.1 has stopped" in told(follower))


def test_written_by_root(follower, source):
    """Read only binds no user with all rights: where the old master is when this one has stopped, counts."""
    source.sql("SET GLOBAL read_only=1")
    fake = pathlib.Path(follower.environment["PATH"].split(":")[0]) / "mariadb"
    fake.write_text(f"#!/bin/sh\nsql=$(cat)\nprintf '%s\\n' \"$sql\" | /usr/bin/mariadb \"$@\"\ncode=$?\n"
                    f"case $sql in 'STOP SLAVE;'*) /usr/bin/mariadb --no-defaults -S {source.socket} -u root"
                    " -e 'INSERT INTO shop.line VALUES (100001, 1)';; esac\nexit $code\n")
    fake.chmod(0o755)
    refused = follower.cut_over()
    assert "[cutover.writable]" in refused.stderr and "users with all rights can" in refused.stderr
    fake.unlink()
    assert not promoted(follower)
    until(lambda: 100001 in lines(follower.server))
    assert follower.cut_over().returncode == 0


def test_source_is_gone(follower, source, sshd):
    follows(follower)
    source.stop(9)
    sshd.stop()
    refused = follower.cut_over(limit=1)
    assert refused.returncode and not promoted(follower)
    done = follower.cut_over("without-source")
    assert done.returncode == 0 and "PROMOTED WITHOUT ITS SOURCE" in done.stdout, done.stdout + done.stderr
    assert promoted(follower)


def test_nothing_is_left_of_one_that_was_killed(follower, source, sshd):
    """A key in the folder of a process that could not remove it."""
    source.sql("SET GLOBAL read_only=1")
    follower.attending.kill()
    follower.attending.wait(PATIENCE_S)
    assert follower.shows(sshd.secret)
    done = follower.cut_over()
    assert done.returncode == 0, done.stdout + done.stderr
    assert promoted(follower) and follower.shows(sshd.secret) == []


def await_end(follower, cutover):
    """Of one that is killed, and of what it has started, which ends a moment behind it and holds the lock until then."""
    cutover.wait(PATIENCE_S)
    until(lambda: subprocess.run(["flock", "-n", follower.folder / "root/var/lib/newroot", "true"], check=False).returncode == 0)


def kill_cutover(follower, at, forgotten):
    """A cutover that is killed as it has its server forget the old master: before that, or behind it."""
    reached = follower.folder / "reached"
    fake = pathlib.Path(follower.environment["PATH"].split(":")[0]) / "mariadb"
    fake.write_text(f"#!/bin/sh\nsql=$(cat)\ncase $sql in *'{at}'*) "
                    + (f"printf '%s\\n' \"$sql\" | /usr/bin/mariadb \"$@\"; " if forgotten else "")
                    + f": >{reached}; exec sleep 300;; esac\nprintf '%s\\n' \"$sql\" | /usr/bin/mariadb \"$@\"\n")
    fake.chmod(0o755)
    run = subprocess.Popen([follower.argv[0].replace("driver", "life"), "cutover", str(follower.folder / "root"), "60"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=follower.environment)
    until(reached.exists)
    run.kill()
    await_end(follower, run)
    fake.unlink()
    assert "database was promoted" in (follower.folder / "state/cutover").read_text()


def test_undo_of_a_promotion_that_did_not_begin(follower, source):
    """It follows again, and can be promoted later."""
    source.sql("SET GLOBAL read_only=1")
    kill_cutover(follower, "RESET SLAVE ALL", False)
    undone = follower.cut_over("undo")
    assert undone.returncode == 0 and "interrupted before it began" in undone.stdout and "stays promoted" not in undone.stdout, undone.stdout + undone.stderr
    assert not (follower.folder / "state/cutover").exists() and follower.state == "complete" and not promoted(follower)
    source.sql("SET GLOBAL read_only=0; INSERT INTO shop.line VALUES (100001, 'behind it')")
    until(lambda: 100001 in lines(follower.server))
    assert follows(follower)
    source.sql("SET GLOBAL read_only=1")
    assert follower.cut_over().returncode == 0 and promoted(follower)


def test_undo_of_a_promotion_that_was_killed(follower, source, sshd):
    """Its master is forgotten, and it still takes no writes: there is no way back, so that is ended."""
    source.sql("SET GLOBAL read_only=1")
    kill_cutover(follower, "RESET SLAVE ALL", True)
    assert follower.server.sql("SELECT @@read_only") == "1"
    undone = follower.cut_over("undo")
    assert undone.returncode == 0 and "the database stays promoted" in undone.stdout, undone.stdout + undone.stderr
    assert promoted(follower) and follower.state == "complete" and not (follower.folder / "state/cutover").exists()
    for secret in (SECRET, sshd.secret):
        assert follower.shows(secret) == []
    assert follower.cut_over().returncode == 0 and follower.state == "cut over"


def test_killed_at_every_place(follower, source):
    """A cutover that is killed goes on when it is given again."""
    source.sql("SET GLOBAL read_only=1")
    for milliseconds in (50, 150, 300, 500, 700, 900, 1200):
        run = subprocess.Popen([str(a) for a in ("/usr/bin/timeout", "-s", "KILL", milliseconds / 1000, follower.argv[0].replace("driver", "life"), "cutover",
                                                 follower.folder / "root", 60)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=follower.environment)
        await_end(follower, run)
    done = follower.cut_over()
    assert done.returncode == 0, done.stdout + done.stderr
    assert promoted(follower) and follower.state == "cut over"
    assert set(lines(follower.server)) == {-1, *follower.writes.stop()}
