"""A master and its replica from an old server's dump, in order; every step of their first boots fails once, and power fails, too."""
import contextlib
import json
import re
import shutil
import subprocess

import pytest

from databases import CHECKSUMS, DATABASE, PASSWORD, STRUCTURE, Guest, OldServer, database_job
from jobs import GIB
from lab import Lab
from process import wait_until
from vm import BUILD

VMS = 2
INSTALL_S = 1800
BOOT_S = 600
LOAD_S = 1200
ANSWER_S = 180
PAUSE_S = 10
PATIENCE_S = 10
GO = "/run/go"
HOOK = "/usr/local/sbin/wait-for-go"
OLD_TOOL = "old-platform-register"
MOVER = "mover-2009"
SERVER = "/usr/sbin/mariadbd"
DUMP = "/var/lib/newroot/dumps/01-shop.dump"
INSTRUCTIONS = "/etc/newroot/first-boot.json"


@pytest.fixture(scope="module")
def shop(inputs):
    """db1 waits in a hook that needs a program of the old platform's, and has a login that its server does not know; db2 is impatient."""
    folder = BUILD / "qemu" / "databases"
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder) as lab, contextlib.closing(OldServer(lab)) as lab.old:
        lab.open()
        dump = lab.old.dump_to(lab.folder / "shop.sql.gz", pause_s=PAUSE_S)
        hook = {"path": HOOK, "mode": "0755", "content": f"#!/bin/sh\nuntil [ -e {GO} ]; do sleep 1; done\n{OLD_TOOL} db1\n"}

        def master(address):
            return database_job(lab, inputs, address, "db1", 11, dump, [hook], role="master",
                                login={"user": "mover", "password": MOVER}, hooks={"before": [HOOK], "limit": "0s"})

        def replica(address):
            job = database_job(lab, inputs, address, "db2", 12, dump, role="replica", master={"name": "db1", "address": lab.db1.address})
            return {**job, "after_limit": f"{PATIENCE_S}s"}

        lab.db1 = lab.vm("db1", master, [2 * GIB, 2 * GIB], group="shop")
        lab.db2 = lab.vm("db2", replica, [2 * GIB, 2 * GIB], group="shop")
        lab.master, lab.replica = Guest(lab, lab.db1), Guest(lab, lab.db2)
        yield lab


def look(lab, name):
    return lab.service.show(name)


def progress(lab, name):
    """Of the load that runs: bytes done, bytes in all."""
    events = [event for event in lab.service.events(name) if event["type"] == "progress" and event["item"] == DATABASE]
    return (events[-1]["done"], events[-1]["total"]) if events else (0, 0)


def fault(lab, name, step, code):
    """The VM is in error, says what to do, and stays to be told to do it; the error's event."""
    wait_until(f"{name} has an error", lambda: look(lab, name)["state"] == "error", ANSWER_S)
    shown = look(lab, name)
    assert shown["error"]["text"].startswith(code + ": ") and "newroot-server retry" in shown["error"]["help"]
    error = lab.service.errors(name)[-1]
    assert (error["code"], error["step"]) == (code, step)

    def lives():
        events = lab.service.events(name)
        return "heartbeat" in [event["type"] for event in events[events.index(error):]]

    wait_until(f"{name} stays", lives, ANSWER_S)
    assert look(lab, name)["state"] == "error"
    return error


def test_install(shop):
    for vm in (shop.db1, shop.db2):
        vm.start("n")
    for vm in (shop.db1, shop.db2):
        vm.wait_for(r"installed; next", INSTALL_S)
        vm.wait_end(120)


def test_replica_loses_power_while_it_loads(shop):
    shop.db2.start("c")
    shop.db1.start("c")

    def half():
        done, total = progress(shop, "db2")
        assert done < total * 0.9 or not total, "the load was over before anybody saw it"
        return done > total * 0.3 and done

    wait_until("db2 loads", half, BOOT_S + LOAD_S)
    shop.db2.cut_power()
    dump = shop.folder / "shop.sql.gz"
    assert progress(shop, "db2")[1] == dump.stat().st_size


def test_hook_fails(shop):
    """The replica boots again meanwhile."""
    shop.db2.start("c")
    wait_until("db1 is in its hook", lambda: look(shop, "db1")["step"] == "hooks-before", BOOT_S)
    shop.master.run(f"systemctl stop mariadb && mv {SERVER} {SERVER}.away && touch {GO}")
    assert f"{HOOK} failed with exit status 127: {HOOK}: 3: {OLD_TOOL}: not found" in fault(shop, "db1", "hooks-before", "first-boot.hook")["message"]


def test_no_server_binary(shop):
    """Its error holds the replica, which could load: the operator lets that go on."""
    shop.master.run(f"sed -i /{OLD_TOOL}/d {HOOK}")
    shop.service.cli("retry", "db1")
    error = fault(shop, "db1", "import", "database.server")
    assert "start of mariadb failed" in error["message"]
    notes = [event["text"] for event in shop.service.events("db1") if event["type"] == "note"]
    assert f"exec: {SERVER}: not found" in notes[-1]
    shop.service.cli("release", "db1")
    shop.master.run(f"rm {GO}; mv {SERVER}.away {SERVER} && systemctl start mariadb")
    shop.service.cli("retry", "db1")
    wait_until("db1 is in its hook", lambda: look(shop, "db1")["step"] == "hooks-before", ANSWER_S)


def test_master_is_late(shop):
    """The replica has loaded all by then, anew."""
    wait_until("db2 loads", lambda: look(shop, "db2")["state"] == "error", BOOT_S + LOAD_S)
    assert fault(shop, "db2", "peers", "first-boot.peer-late")["message"].startswith(f"db1 is not complete within {PATIENCE_S} s")
    # An option file with a password was left by the boot that lost its power, and is not another process's because of its number.
    files = "ls /var/lib/newroot/databases /var/lib/newroot/dumps"
    wait_until("nothing is left", lambda: shop.replica.run(files).split() == [
        "/var/lib/newroot/databases:", "shop.loaded", "/var/lib/newroot/dumps:"], ANSWER_S)


def test_replica_loses_power_once_loaded(shop):
    """What is marked as loaded is on the disk: rows of MyISAM, too, which no server writes there by itself."""
    before = len(shop.service.errors("db2"))
    shop.db2.cut_power()
    shop.db2.start("c")
    wait_until("db2 is late again", lambda: len(shop.service.errors("db2")) > before, BOOT_S)
    assert shop.replica.run(f"mysql -BN {DATABASE} -e 'SELECT COUNT(*), COUNT(word) FROM legacy'").split() == ["500", "500"]


def test_replica_waits(shop):
    """As long as it takes, now."""
    shop.replica.run(f"""sed -i 's/"after_limit": {PATIENCE_S}/"after_limit": 0/' {INSTRUCTIONS}""")
    shop.service.cli("retry", "db2")
    assert wait_until("db2 waits", lambda: look(shop, "db2")["waiting"], ANSWER_S) == "db1 is not complete (first boot)"
    db2 = look(shop, "db2")
    assert db2["state"] == "first boot" and db2["step"] == "peers"


def test_boot_is_not_held_up(shop):
    """Both first boots have not ended, but the systems are up."""
    for guest in (shop.master, shop.replica):
        assert guest.run("systemctl list-jobs --no-legend") == ""
        assert guest.run("systemctl is-active multi-user.target newroot-first-boot mariadb").split() == ["active"] * 3
    assert look(shop, "db1")["step"] == "hooks-before"


def test_refused_login(shop):
    shop.master.run(f"touch {GO}")
    assert "Access denied for user 'mover'" in fault(shop, "db1", "import", "database.login")["message"]
    wait_until("db2 tells that", lambda: look(shop, "db2")["waiting"] == "db1 is not complete (error)", ANSWER_S)


def test_by_hand_takes_over(shop):
    """It ends with the same error, and waits in the background; the unit's process has gone."""
    number = len(shop.service.errors("db1"))
    tried = subprocess.run(shop.service.ssh_argv(shop.db1.address, "newroot first-boot"), capture_output=True, text=True, timeout=ANSWER_S)
    assert tried.returncode == 1 and "[database.login]" in tried.stderr
    wait_until("the error is reported", lambda: len(shop.service.errors("db1")) > number, ANSWER_S)
    fault(shop, "db1", "import", "database.login")
    unit = "systemctl show -p ActiveState -p Result newroot-first-boot"
    wait_until("its unit has ended well", lambda: shop.master.run(unit).split() == ["Result=success", "ActiveState=inactive"], ANSWER_S)


def test_bad_dump(shop):
    """It ends too early, when tables are there already."""
    shop.master.sql("SET sql_log_bin=0; CREATE USER mover@localhost IDENTIFIED BY '" + MOVER + "'; "
                    "GRANT ALL ON *.* TO mover@localhost WITH GRANT OPTION")
    shop.master.run(f"truncate -s {(shop.folder / 'shop.sql.gz').stat().st_size // 5} {DUMP}")
    shop.service.cli("retry", "db1")
    assert fault(shop, "db1", "import", "database.load")["message"] == f"{DUMP}: the gzip stream ends before its end"
    assert "customer" in shop.master.sql(f"SHOW TABLES IN {DATABASE}").split()
    assert "shop.loading" in shop.master.run("ls /var/lib/newroot/databases")


def test_one_command_after_the_last_cause_is_mended(shop):
    with open(shop.folder / "shop.sql.gz", "rb") as whole:
        subprocess.run(shop.service.ssh_argv(shop.db1.address, f"cat >{DUMP}"), stdin=whole, check=True, timeout=ANSWER_S)
    shop.service.cli("retry", "db1")
    for name in ("db1", "db2"):
        shop.service.wait_state(name, "complete", LOAD_S)
    assert look(shop, "db2")["waiting"] is None
    at = [next(row["at_ms"] for row in look(shop, name)["history"] if row["to"] == "complete") for name in ("db1", "db2")]
    assert at == sorted(at)
    assert progress(shop, "db1") == ((shop.folder / "shop.sql.gz").stat().st_size,) * 2


def test_both_have_what_the_old_server_has(shop):
    structure = shop.old.client("mysqldump", *STRUCTURE, DATABASE).decode()
    for guest in (shop.master, shop.replica):
        assert guest.sql(CHECKSUMS) == shop.old.sql(CHECKSUMS)
        assert guest.run(f"mysqldump {' '.join(STRUCTURE)} {DATABASE}") == structure


def test_replica_follows(shop):
    status = shop.replica.status()
    assert (status["Slave_IO_Running"], status["Slave_SQL_Running"], status["Seconds_Behind_Master"]) == ("Yes", "Yes", "0")
    assert status["Master_Host"] == shop.db1.address
    shop.master.sql(f"INSERT INTO {DATABASE}.customer (name, note) VALUES ('Näch dem Umzug', '→ 🚚')")
    row = f"SELECT c.name, c.note, a.name FROM {DATABASE}.customers c JOIN {DATABASE}.audit a ON a.customer = c.id WHERE c.name LIKE 'Näch%'"
    assert wait_until("the row arrives", lambda: shop.replica.sql(row), ANSWER_S) == "Näch dem Umzug\t→ 🚚 ✓\tNäch dem Umzug"
    assert shop.master.digest() == shop.replica.digest()


def test_binary_log_has_no_import(shop):
    log = shop.master.binary_log()
    assert "Umzug" in log and len(re.findall(r"\tGTID \d", log)) == 1
    for word in ("Zoë", "picture", "CREATE", "GRANT", "replicas_begin", "ALTER"):
        assert word not in log, word


def test_passwords_are_gone(shop):
    events = json.dumps([shop.service.events(name) for name in ("db1", "db2")])
    for secret in (PASSWORD, MOVER):
        assert secret not in events
        for guest in (shop.master, shop.replica):
            assert guest.run(f"grep -rlF '{secret}' /etc /var/lib/newroot /var/log /root || true") == ""
