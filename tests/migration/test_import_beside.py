"""An import beside others who write: they wait for nothing but its last step, and what they change in between counts."""
import contextlib
import json
import pathlib
import sqlite3
import subprocess

import pytest

from common import until
from test_import import document, put_archive

VERSION = "(SELECT 1 + max(version) FROM (SELECT version FROM vm UNION SELECT version FROM removed))"


@contextlib.contextmanager
def writer(importer):
    """Somebody who writes; committed at the end."""
    with contextlib.closing(sqlite3.connect(importer.data / "newroot.db", isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")
        yield store
        store.execute("COMMIT")


def start(importer, content):
    file = importer.data.parent / "beside.json"
    file.write_text(json.dumps(content))
    return subprocess.Popen([importer.program, "import", "--data", importer.data, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def has_planned(process):
    """It sleeps for nothing but the write lock, and asks for that when all else is done."""
    return pathlib.Path(f"/proc/{process.pid}/wchan").read_text() == "hrtimer_nanosleep"


def import_while(importer, content, change):
    """`change` is committed between the plan and its writing: what is in the archives is stored before that."""
    importer.cli("archives")
    with writer(importer) as store:
        process = start(importer, content)
        until(lambda: has_planned(process) or process.poll() is not None, lambda: "it did not come to its write")
        change(store)
    out, said = process.communicate()
    assert process.returncode == 0, said
    return out


def test_what_is_only_shown_needs_no_write_lock(importer):
    put_archive(importer)
    importer.cli("archives")
    file = importer.data.parent / "shown.json"
    file.write_text(json.dumps(document("web1")))
    with writer(importer):
        assert "add     web1" in importer.cli("import", "--dry-run", file)


def test_reports_do_not_matter(importer):
    put_archive(importer)
    importer.take(document("web1", "web2"))

    def report(store):
        store.execute(f"UPDATE vm SET seen_ms = 1700000000000, step = 'wipe', version = {VERSION} WHERE name = 'web1'")
    import_while(importer, document("web1", "web2", "web3"), report)
    assert set(importer.vms()) == {"web1", "web2", "web3"} and importer.vms()["web1"]["step"] == "wipe"


def test_a_mac_that_was_taken_meanwhile_is_given_to_nobody(importer):
    put_archive(importer)

    def take(store):
        store.execute("INSERT INTO vm (name, vm_group, role, master, imported, mac, address, finals, token, token_hash, mode, parameters, state, armed, "
                      "added_ms, changed_ms, version) VALUES ('other', '', '', '', 0, '52:54:00:77:01:10', '10.77.0.20', '', '', '', 'install', '', "
                      f"'created', 1, 1, 1, {VERSION})")
        store.execute("INSERT INTO vm_text (vm, job, spec) VALUES ((SELECT id FROM vm WHERE name = 'other'), '{}', '')")
    import_while(importer, document("web1"), take)
    assert importer.vms()["web1"]["mac"] == "52:54:00:77:01:11" and importer.vms()["web1"]["address"] == "10.77.0.21"


@pytest.mark.parametrize("change, fate", [
    ("state = 'configuring', armed = 0", "later"),
    ("lease_by = 'me', lease_until_ms = 99999999999999", "replace"),
    ("state = 'created'", "replace"),
])
def test_a_vm_that_went_on_meanwhile_is_planned_again(importer, change, fate):
    """Its job is for the next arming, or its address stays: it is made by now."""
    put_archive(importer)
    importer.take(document("web1"))
    moved = document("web1", addresses="10.77.0.30-10.77.0.39")

    def go_on(store):
        store.execute(f"UPDATE vm SET {change}, version = {VERSION} WHERE name = 'web1'")
    import_while(importer, moved, go_on)
    assert importer.vms()["web1"]["address"] == "10.77.0.20", f"a VM that is made keeps what it has: {fate}"


def test_a_vm_that_was_removed_meanwhile_is_added(importer):
    put_archive(importer)
    importer.take(document("web1", "web2"))
    out = import_while(importer, document("web1", "web2"), lambda store: store.execute("DELETE FROM vm WHERE name = 'web1'"))
    assert "add     web1" in out and set(importer.vms()) == {"web1", "web2"}


def test_more_than_a_thousand_vms_are_taken(importer):
    put_archive(importer)
    names = [f"vm{i}" for i in range(1001)]
    content = document(*names, macs="52:54:00:77:01:00-52:54:00:77:ff:ff", addresses="10.77.0.20-10.77.9.250")
    for i, vm in enumerate(content["vms"]):
        vm["job"]["network"]["interfaces"][0]["addresses"] = [f"10.80.{i // 250}.{i % 250 + 1}/16"]
    file = importer.data.parent / "many.json"
    file.write_text(json.dumps(content))
    assert importer.cli("import", "--dry-run", file).count("add     vm") == 1001
