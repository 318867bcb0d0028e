"""A first boot that fails stays, and one command has it try again: the real program, each way to fail."""
import gzip

import pytest
from first_boot import SECRET
from installed import Installed

from common import PATIENCE_S, until

DUMP = b"CREATE TABLE line (id INT PRIMARY KEY);\nINSERT INTO line VALUES (1), (2), (3);\n"
REPLICATION = {"user": "follower", "password": SECRET, "limit": "120s"}


@pytest.fixture
def installed(machine, second):
    made = []

    def of(vm):
        made.append(Installed(vm))
        return made[-1]

    yield of
    for one in made:
        one.close()


def no_server(vm, mariadb):
    new = mariadb("new")
    new.stop()
    vm.add_dump("shop", DUMP)
    vm.instruct(new, service="no-such-service")
    return new, new.start


def no_client(vm, mariadb):
    new = mariadb("new")
    programs = vm.folder / "bin"
    programs.mkdir()
    vm.environment = {"PATH": str(programs)}
    vm.add_dump("shop", DUMP)
    vm.instruct(new)
    return new, lambda: (programs / "mariadb").symlink_to("/usr/bin/mariadb")


def bad_dump(vm, mariadb):
    new = mariadb("new")
    dump = vm.add_dump("shop", DUMP + b"INSERT INTO nowhere VALUES (1);\n")
    vm.instruct(new)
    return new, lambda: dump.write_bytes(DUMP)


def cut_dump(vm, mariadb):
    new = mariadb("new")
    whole = gzip.compress(DUMP * 1)
    dump = vm.add_dump("shop", whole[:-9])
    vm.instruct(new)
    return new, lambda: dump.write_bytes(whole)


def no_dump(vm, mariadb):
    new = mariadb("new")
    dump = vm.add_dump("shop", DUMP)
    vm.instruct(new)
    dump.unlink()
    return new, lambda: dump.write_bytes(DUMP)


def refused_login(vm, mariadb):
    new = mariadb("new")
    vm.add_dump("shop", DUMP)
    vm.instruct(new, login={"socket": str(new.socket), "user": "boss", "password": SECRET})
    return new, lambda: new.sql(f"CREATE USER boss@localhost IDENTIFIED BY '{SECRET}'; GRANT ALL ON *.* TO boss@localhost")


def wrong_instructions(vm, mariadb):
    """The cause is mended in the VM's own instructions, which are read anew."""
    new, _ = refused_login(vm, mariadb)
    return new, lambda: vm.instruct(new)


def no_binary_log(vm, mariadb):
    new = mariadb("new")
    vm.add_dump("shop", DUMP)
    vm.instruct(new, role="master", replication=REPLICATION)

    def mend():
        new.stop()
        new.options.append("--log-bin=binlog")
        new.start()
    return new, mend


def hook(vm, mariadb):
    new = mariadb("new")
    program = vm.folder / "hook"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    vm.add_dump("shop", DUMP)
    vm.instruct(new, hooks={"after": [str(program)]})
    return new, lambda: program.write_text("#!/bin/sh\nexit 0\n")


@pytest.mark.parametrize("fault, step, code", [
    (no_server, "import", "database.server"), (no_client, "import", "database.server"), (bad_dump, "import", "database.load"),
    (cut_dump, "import", "database.load"), (no_dump, "import", "database.load"), (refused_login, "import", "database.login"),
    (wrong_instructions, "import", "database.login"), (no_binary_log, "import", "database.replicate"), (hook, "hooks-after", "first-boot.hook"),
], ids=lambda value: getattr(value, "__name__", None))
def test_one_command(machine, mariadb, installed, service, fault, step, code):
    new, mend = fault(machine, mariadb)
    system = installed(machine)
    boot = system.boot()
    error = system.error(code)
    assert "newroot-server retry" in error["help"] and boot.poll() is None
    assert service.ask("/v1/vms/db1")["step"] == step
    mend()
    service.cli("retry", "db1")
    until(lambda: machine.state == "complete", "db1 completes")
    assert boot.wait(PATIENCE_S) == 0, boot.communicate()
    boot.communicate()
    assert new.sql("SELECT COUNT(*) FROM shop.line") == "3"
    assert [event["state"] for event in machine.events if event["type"] == "state"][-4:] == ["first boot", "error", "first boot", "complete"]


def test_master_is_late(machine, second, mariadb, installed, service):
    """The replica gives up waiting, and is tried again when its master has come."""
    master, replica = mariadb("master", 1, "--log-bin=binlog"), mariadb("replica", 2)
    for vm in (machine, second):
        vm.add_dump("shop", DUMP)
    machine.instruct(master, role="master", replication=REPLICATION)
    second.instruct(replica, after=["db1"], after_limit=2, role="replica", replication=REPLICATION,
                    master={"name": "db1", "address": "127.0.0.1", "port": master.port})
    system = installed(second)
    boot = system.boot()
    assert "db1 is not complete within 2 s" in system.error("first-boot.peer-late")["text"]
    machine.complete()
    service.cli("retry", "db2")
    until(lambda: second.state == "complete", "db2 completes")
    assert boot.wait(PATIENCE_S) == 0, boot.communicate()
    boot.communicate()
    master.sql("INSERT INTO shop.line VALUES (4)")
    until(lambda: replica.sql("SELECT COUNT(*) FROM shop.line") == "4", "the row arrives")


def test_by_hand_takes_over(machine, mariadb, installed, service):
    """From one that waits; and waits itself, in the background, when it fails too."""
    new, mend = bad_dump(machine, mariadb)
    system = installed(machine)
    boot = system.boot()
    system.error("database.load")
    tried = system.by_hand()
    assert tried.returncode == 1 and "[database.load]" in tried.stderr and "nowhere" in tried.stderr
    assert boot.wait(PATIENCE_S) == 0, boot.communicate()
    boot.communicate()
    until(lambda: len({event["boot"] for event in machine.events if event["type"] == "error"}) == 2, "both tell")
    system.error("database.load")
    mend()
    service.cli("retry", "db1")
    until(lambda: machine.state == "complete", "db1 completes")
    until((machine.folder / "state/first-boot.done").exists, "it is marked as done")
    again = system.by_hand()
    assert again.returncode == 0 and "done before" in again.stderr


def test_by_hand_completes(machine, mariadb, installed):
    new, mend = bad_dump(machine, mariadb)
    system = installed(machine)
    boot = system.boot()
    system.error("database.load")
    mend()
    done = system.by_hand()
    assert done.returncode == 0, done.stderr
    assert boot.wait(PATIENCE_S) == 0 and machine.state == "complete"
    boot.communicate()


def test_by_hand_leaves_one_that_works(machine, mariadb, installed):
    new = mariadb("new")
    go = machine.folder / "go"
    program = machine.folder / "hook"
    program.write_text(f"#!/bin/sh\nuntil [ -e {go} ]; do sleep 0.1; done\n")
    program.chmod(0o755)
    machine.instruct(new, hooks={"before": [str(program)], "limit": "0s"})
    system = installed(machine)
    boot = system.boot()
    until(lambda: machine.service.ask("/v1/vms/db1")["step"] == "hooks-before", "the hook runs")
    refused = system.by_hand()
    assert refused.returncode == 1 and "is at work" in refused.stderr
    go.touch()
    assert boot.wait(PATIENCE_S) == 0 and machine.state == "complete"
    boot.communicate()
