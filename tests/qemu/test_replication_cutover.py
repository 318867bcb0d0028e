"""Cutover by replication: a new master follows the old platform's, which is in use all the time, and is promoted with every row."""
import os

import pytest

from databases import DATABASE, Guest, OldServer, database_job
from jobs import GIB
from old_vm import Sshd
from process import LabError, run
from writer import Writer

from common import until

OLD = "10.77.0.9"  # of the old platform's machine, which is no VM of the group
PASSWORD = "s3cret/of+the*mover"
INSTALL_S = 1500
BOOT_S = 900
CUTOVER_S = 900

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: an sshd that lets root in")


@pytest.fixture(name="old")
def fixture_old(lab):
    """The old master with a table that is written to."""
    old = OldServer(lab, "--log-bin=binlog", "--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1", lines=20000)
    old.sql(f"CREATE USER mover@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO mover@'127.0.0.1';"
            f"CREATE TABLE {DATABASE}.written (id INT PRIMARY KEY, text VARCHAR(255));"
            f"CREATE USER app@localhost; GRANT SELECT, INSERT ON {DATABASE}.* TO app@localhost")
    yield old
    old.stop()


@pytest.fixture(name="sshd")
def fixture_sshd(lab):
    run(lab.segment.inside("ip", "address", "add", f"{OLD}/24", "dev", "br0"))
    sshd = Sshd(lab.folder / "sshd", OLD, 2222, lab.segment.inside)
    yield sshd
    sshd.stop()


def new_master(lab, inputs, address, dump, source):
    """Quarantined, and with replicas of its own to come."""
    updates = {"path": "/etc/mysql/mariadb.conf.d/61-updates.cnf",
               "content": "[mariadbd]\nlog_slave_updates = 1\ninnodb_flush_log_at_trx_commit = 2\n"}
    return {**database_job(lab, inputs, address, "db1", 11, dump, files=[updates], role="master", source=source),
            "quarantine": {"allow": [OLD]}}


def source(sshd, old):
    return {"ssh": sshd.login, "port": old.port, "user": "mover", "password": PASSWORD, "limit": "30min"}


def notes(lab):
    return [event.get("text", "") for event in lab.service.events("db1") if event["type"] == "note"]


def has_all(guest, writer):
    """All that is acknowledged now comes."""
    last = writer.acknowledged[-1]
    until(lambda: guest.sql(f"SELECT COUNT(*) FROM {DATABASE}.written WHERE id <= {last}") == str(last), guest.status, 600)


def refused(guest, code):
    """And it follows as before."""
    with pytest.raises(LabError) as failure:
        guest.run("newroot cutover 2>&1", CUTOVER_S)
    assert code in str(failure.value)
    assert guest.sql("SELECT @@read_only") == "1" and guest.status()["Slave_SQL_Running"] == "Yes"


def test_cutover_by_replication(lab, inputs, old, sshd):
    writer = Writer(["mariadb", "--no-defaults", f"--socket={old.socket}", "--user=app", "-BNn", "--force"], f"{DATABASE}.written",
                    pause_s=0.1)  # an emulated VM executes some 50 a second
    dump = old.dump_to(lab.folder / "shop.sql.gz", "--master-data=2")
    vm = lab.vm("db1", lambda address: new_master(lab, inputs, address, dump, source(sshd, old)), [3 * GIB, 2 * GIB], cpus=2)
    vm.start("n")
    vm.wait_for(r"installed; next", INSTALL_S)
    vm.wait_end(300)
    vm.start("c")
    lab.service.wait_state("db1", "complete", BOOT_S)
    guest = Guest(lab, vm)
    assert guest.sql("SELECT @@read_only") == "1"
    has_all(guest, writer)

    # The tunnel is cut once: what is written meanwhile comes when it is back.
    cuts = sum("is back after" in note for note in notes(lab))
    until(sshd.cut, "a session to be cut")
    until(lambda: sum("is back after" in note for note in notes(lab)) > cuts, lambda: notes(lab), 600)
    has_all(guest, writer)
    assert lab.service.state("db1") == "complete"

    # While the old master takes writes, nothing is cut over.
    refused(guest, "cutover.writable")
    lab.service.cli("retry", "db1")
    old.sql("SET GLOBAL read_only=1")
    last = old.sql(f"SELECT MAX(id) FROM {DATABASE}.written")
    # The service orders it; the process that keeps the tunnel does it, and ends.
    lab.service.cli("cutover", "db1")
    lab.service.wait_state("db1", "cut over", CUTOVER_S)
    acknowledged = writer.stop()
    assert acknowledged[-1] <= int(last)
    found = [int(line) for line in guest.sql(f"SELECT id FROM {DATABASE}.written ORDER BY id").splitlines()]
    assert set(acknowledged) <= set(found) and found == list(range(1, len(found) + 1))
    assert guest.sql("SELECT @@read_only") == "0" and guest.status() == {}
    until(lambda: guest.run("pidof ssh newroot || true") == "", "both have ended", 600)
    for secret in (PASSWORD, sshd.secret):
        assert guest.run(f"grep -rlF -e '{secret}' /etc /var/lib/newroot /var/log /run || true") == ""
    guest.sql("SET GLOBAL innodb_flush_log_at_trx_commit=1; SET GLOBAL sync_binlog=1")
    guest.sql(f"INSERT INTO {DATABASE}.written VALUES (0, 'by the new master')")
    vm.cut_power()
    vm.start("c")
    until(lambda: _answers(guest), "the server answers", BOOT_S)
    assert guest.sql("SELECT @@read_only") == "0" and guest.sql(f"SELECT text FROM {DATABASE}.written WHERE id=0") == "by the new master"


def _answers(guest):
    try:
        return guest.sql("SELECT 1") == "1"
    except LabError:
        return False
