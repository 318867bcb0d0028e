"""Between first boot and cutover: the new master follows the old one, and is promoted. Real servers, a real sshd."""
import contextlib
import fcntl
import json
import os
import pathlib
import subprocess
import time

import pytest
from first_boot import SECRET
from old_master import dump, lines, way, writer

from common import PATIENCE_S, until


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


@contextlib.contextmanager
def open_folder(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


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
    # Later something flushes all tables: the next look, a minute at most, loads it again.
    (folder / "kernel").unlink()
    until(lambda: follower.state == "error", lambda: told(follower))
    error = [event for event in follower.events if event["type"] == "error"][-1]
    assert error["code"] == "quarantine.removed" and (folder / "kernel").exists()
    service.cli("retry", follower.name)
    assert follower.state == "complete" and follower.attending.poll() is None


def test_promotion(follower, source, sshd, service):
    """Under writes: nothing that the old master has acknowledged is missing."""
    refused = follower.cut_over()
    assert refused.returncode and "[cutover.writable]" in refused.stderr and "SET GLOBAL read_only=1" in refused.stderr
    assert follower.state == "error" and (follower.folder / "migrating").exists() and not promoted(follower)
    assert follows(follower) > 20

    source.sql("SET GLOBAL read_only=1")
    service.cli("retry", follower.name)
    # What a process has left that was killed goes, too.
    (follower.folder / "state/databases/source.cnf").write_text(SECRET)
    shown = follower.cut_over("dry-run")
    assert shown.returncode == 0 and "and read only" in shown.stdout and "this VM has executed up to binlog." in shown.stdout
    assert "Nothing was changed." in shown.stdout and not promoted(follower) and SECRET in follower.config.read_text()
    done = follower.cut_over()
    assert done.returncode == 0, done.stdout + done.stderr
    acknowledged = follower.writes.stop()
    assert len(acknowledged) > 20 and set(lines(follower.server)) == {-1, *acknowledged}
    assert promoted(follower) and follower.marked()
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
    assert follower.cut_over().returncode == 0 and follower.marked()


def test_killed_at_every_place(follower, source):
    """A cutover that is killed goes on when it is given again."""
    source.sql("SET GLOBAL read_only=1")
    for milliseconds in (50, 150, 300, 500, 700, 900, 1200):
        run = subprocess.Popen([str(a) for a in ("/usr/bin/timeout", "-s", "KILL", milliseconds / 1000, follower.argv[0].replace("driver", "life"), "cutover",
                                                 follower.folder / "root", 60)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=follower.environment)
        await_end(follower, run)
    done = follower.cut_over()
    assert done.returncode == 0, done.stdout + done.stderr
    assert promoted(follower) and follower.marked()
    assert set(lines(follower.server)) == {-1, *follower.writes.stop()}


def test_what_a_cutover_stopped_stays_stopped(follower):
    """Who attends starts replication once that did not start with its server; not while a cutover is at work, which holds this lock."""
    follows(follower)
    with open_folder(follower.folder / "state") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        follower.server.sql("STOP SLAVE")  # while the tunnel is up: without an error of its own
        follower.attending.terminate()
        follower.attending.wait(PATIENCE_S)
        follower.attending = follower.attend()
        until(lambda: "replication from 127.0.0.1 has stopped" in told(follower), lambda: told(follower))
        assert "Slave_SQL_Running: No" in follower.server.status()
    assert follows(follower)
