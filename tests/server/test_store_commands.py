"""Commands that change the store while others do: each in one transaction, and nothing left of what was removed."""
import json
import sqlite3
import subprocess
import time

from common import PATIENCE_S
from service import MAC, Boot


def test_boot_keeps_what_changed_beside_it(fresh):
    fresh.init()
    fresh.add("db1", token="auto")
    other = sqlite3.connect(fresh.data / "newroot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    command = subprocess.Popen([fresh.program, "boot", "db1", "--data", fresh.data, "--mode", "rescue"], stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    other.execute("UPDATE vm SET token = 'new', token_hash = 'hash', version = version + 1")
    other.execute("COMMIT")
    assert command.wait(PATIENCE_S) == 0
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


def test_a_group_is_removed_as_a_whole(fresh):
    fresh.init()
    for number, name in enumerate(("db1", "db2"), 1):
        fresh.add(name, f"52:54:00:00:00:1{number}", "--group", "shop")
    fresh.add("shop", "52:54:00:00:00:13", "--group", "other")
    done = fresh.run("remove", "none", "--group", "--data", fresh.data)
    assert done.returncode == 1 and "there is no VM in a group of this name" in done.stderr
    assert fresh.cli("remove", "shop", "--group") == "db1 52:54:00:00:00:11 removed\ndb2 52:54:00:00:00:12 removed\n"
    assert [vm["name"] for vm in json.loads(fresh.cli("list", "--json"))] == ["shop"]
    assert not (fresh.data / "boot/pxelinux.cfg/01-52-54-00-00-00-11").exists()


def test_a_file_that_cannot_be_read_is_told_so(fresh, tmp_path):
    fresh.init()
    for argv in (("import", tmp_path / "none"), ("import", tmp_path), ("add", "db1", "--mac", MAC, "--job", tmp_path / "none"),
                 ("archive", "add", tmp_path / "none", "x.tar")):
        done = fresh.run(*argv, "--data", fresh.data)
        assert done.returncode == 1 and str(argv[-1] if argv[0] != "archive" else argv[2]) in done.stderr
        assert "A regular file has to be there" in done.stderr and "kernel log" not in done.stderr


def test_the_timeline_is_of_the_newest_steps(service):
    """However many there are, and however much else: two thousand begins and ends."""
    boot = Boot()
    service.post([boot.event("begin" if i % 2 == 0 else "end", step="unpack", ok=True, bytes=i) for i in range(1000)])
    for _ in range(2):
        service.post([boot.event("note", text="x" * 100) for _ in range(1000)])
    service.post([boot.event("begin" if i % 2 == 0 else "end", step="lvm", ok=True, bytes=i) for i in range(1500)])
    rows = service.ask("/v1/vms/db1")["timeline"]
    assert len(rows) == 1000 and [row["step"] for row in rows] == ["unpack"] * 250 + ["lvm"] * 750
    assert all(row["ended"] for row in rows) and rows[0]["bytes"] == 501 and rows[-1]["bytes"] == 1499
    assert rows == service.show("db1")["timeline"]
