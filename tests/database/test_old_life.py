"""The whole life of a VM with a database as on Linux 2.6.18: first boot, following, cutover and back. (All of this suite on all old kernels: tests/soak.)"""
import fcntl
import os

import newer_calls
import pytest
from old_master import dump, lines, way

from common import PATIENCE_S, until


@pytest.fixture
def record(monkeypatch, tmp_path):
    monkeypatch.setenv("NEWROOT_KERNEL", "2.6.18")
    monkeypatch.setenv("NEWROOT_KERNEL_RECORD", str(tmp_path / "record"))
    return tmp_path / "record"


def test_life(record, machine, source, sshd, new):
    machine.add_dump("shop", dump(source))
    server = new(2, "--log-bin=binlog")
    machine.instruct(server, source=way(sshd, source))
    seed = machine.seed.read_bytes()
    # Option files of other processes: one is in use, the others were left; one by a boot whose process number is another's now.
    (machine.folder / "state/databases").mkdir()
    living, dead, older = (machine.folder / f"state/databases/client.{pid}.cnf" for pid in (1, 1 << 30, os.getpid()))
    for left in (dead, older):
        left.touch()
    in_use = living.open("w")
    fcntl.flock(in_use, fcntl.LOCK_EX)
    machine.complete()
    assert len(machine.seed.read_bytes()) == 512 and machine.seed.read_bytes() != seed
    assert machine.seed.stat().st_mode & 0o7777 == 0o600 and "the seed" not in machine.log
    first = machine.seed.read_bytes()
    assert living.exists() and not dead.exists() and not older.exists()
    attending = machine.attend()
    source.sql("INSERT INTO shop.line VALUES (7, 'new')")
    until(lambda: 7 in lines(server), lambda: server.status() + machine.log)
    source.sql("SET GLOBAL read_only=1")
    done = machine.cut_over()
    assert done.returncode == 0, done.stderr + machine.log
    assert not living.exists()
    assert "Master_Host" not in server.status() and server.sql("SELECT @@read_only") == "0"
    assert machine.marked()
    assert attending.wait(PATIENCE_S) == 0
    done = machine.cut_over("undo")
    assert done.returncode == 0 and machine.state == "complete", done.stderr + machine.log
    assert machine.seed.read_bytes() not in (seed, first)
    # It was that kernel, and whatever it lacks is in the table.
    called = newer_calls.recorded(record)
    assert {"getrandom", "ppoll", "socket SOCK_CLOEXEC", "open O_CLOEXEC"} <= set(called)
    assert newer_calls.beyond(record) == {}
