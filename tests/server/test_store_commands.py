"""Commands that change the store while others do: each in one transaction, and nothing left of what was removed."""
import json
import sqlite3
import subprocess
import time

from service import MAC


def test_boot_keeps_what_changed_beside_it(fresh):
    fresh.init()
    fresh.add("db1", token="auto")
    other = sqlite3.connect(fresh.data / "newroot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    command = subprocess.Popen([fresh.program, "boot", "db1", "--data", fresh.data, "--mode", "rescue"], stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    other.execute("UPDATE vm SET token = 'new', token_hash = 'hash', version = version + 1")
    other.execute("COMMIT")
    assert command.wait(timeout=60) == 0
    assert other.execute("SELECT token, token_hash, mode FROM vm").fetchall() == [("new", "hash", "rescue")]
    other.close()


def test_a_group_goes_with_its_last_vm(fresh):
    fresh.init()
    for number, name in enumerate(("db1", "db2"), 1):
        fresh.add(name, f"52:54:00:00:00:1{number}", "--group", "shop")
    fresh.cli("hold", "shop", "--group")
    fresh.cli("remove", "db1")
    assert fresh.show("db2")["held"]
    fresh.cli("remove", "db2")
    fresh.add("db1", MAC, "--group", "shop")
    assert json.loads(fresh.cli("list", "--json"))[0]["held"] is None
