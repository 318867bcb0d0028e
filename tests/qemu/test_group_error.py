"""A group whose master gets a bad archive, in order: all stop, all go on, and the replica waits for its master."""
import gzip
import os
import shutil
import signal
import time

import pytest

from chromium import Page
from jobs import document, own_archive, shop_vm
from lab import new_lab
from process import wait_until

VMS = 2
INSTALL_S = 900
BOOT_S = 900
HELD_S = 5


@pytest.fixture(scope="module")
def shop(inputs):
    """db1 and its replica db2, imported and made by a creator; db1's own archive is another than its job means."""
    with new_lab("group_error", inputs) as lab:
        other = lab.folder / "other.tar.gz"
        # The same files, so that the import has nothing against it: another program packed them.
        with gzip.open(inputs.mini) as packed, gzip.open(other, "wb", 1) as again:
            shutil.copyfileobj(packed, again)
        lab.archive(other, "db1-root.tar.gz")
        own = {"to": "/", "url": "archive:db1-root.tar.gz", "sha256": inputs.sums[inputs.mini]}
        # db2 unpacks a larger one for as long as that error takes.
        lab.import_document(document(lab, inputs, [
            shop_vm("db1", 11, "db-master", [own]), shop_vm("db2", 12, "db-replica", master="db1")],
            root=own_archive(lab, inputs, inputs.root)))
        lab.operator = lab.api()
        lab.creator()
        lab.browser = Page(lab.operator.url, lab.service.data / "ca.pem")
        lab.browser.log_in(lab.operator.token)
        yield lab
        lab.browser.close()


def look(lab, name):
    return lab.operator.get(f"/v1/vms/{name}")


def steps(lab, name, type_="end"):
    return [event["step"] for event in lab.service.events(name) if event["type"] == type_]


def test_an_error_holds_the_group(shop):
    shop.service.wait_state("db1", "error", INSTALL_S)
    db1 = look(shop, "db1")
    assert db1["error"]["text"].startswith("archive.hash: ") and "db1-root.tar.gz" in db1["error"]["text"]
    assert db1["error"]["help"]
    assert look(shop, "db2")["held"] == "db1 has an error"
    wait_until("db2 stops at a step boundary", lambda: steps(shop, "db2") == steps(shop, "db2", "begin"), INSTALL_S)
    stopped = steps(shop, "db2")
    assert "kernel" not in stopped
    time.sleep(HELD_S)
    assert steps(shop, "db2", "begin") == stopped


def test_the_page_says_why(shop):
    assert "db1-root.tar.gz" in shop.browser.wait_row("db1", state="error", remarks="archive.hash")["remarks"]
    shop.browser.wait_row("db2", state="configuring", remarks="held: db1 has an error")


def test_all_go_on_after_the_retry(shop):
    """A button on the page is enough: db1's agent begins anew by itself, and db2 goes on where it stopped."""
    shop.archive(shop.inputs.mini, "db1-root.tar.gz")
    shop.browser.button("Retry db1").click()
    shop.browser.confirm()
    shop.service.wait_state("db1", "configuring", 300)
    for name in ("db1", "db2"):
        first_start = shop.folder / "qemu" / name / "serial-1.log"
        wait_until(f"{name} is installed without being switched off",
                   lambda: "installed; next" in first_start.read_text(errors="replace"), INSTALL_S)
    assert look(shop, "db2")["held"] is None


def test_the_replica_waits_for_its_master(shop):
    """db1 comes to a stop while it boots from its disk: db2 waits, and says for whom."""
    boots = shop.folder / "qemu" / "db1" / "serial-2.log"
    wait_until("db1 boots", lambda: boots.exists() and b"Configuring network" in boots.read_bytes(), BOOT_S)
    db1 = int((shop.folder / "qemu" / "db1" / "pid").read_text())
    os.kill(db1, signal.SIGSTOP)
    assert wait_until("db2 waits", lambda: look(shop, "db2")["waiting"], BOOT_S) == "db1 is not complete (provisioning)"
    assert look(shop, "db2")["state"] == "first boot"
    os.kill(db1, signal.SIGCONT)
    for name in ("db1", "db2"):
        shop.service.wait_state(name, "complete", BOOT_S)
    assert look(shop, "db2")["waiting"] is None
    shop.browser.wait_row("db2", state="complete")
    assert shop.browser.complaints() == []
    complete = [next(row["at_ms"] for row in look(shop, name)["history"] if row["to"] == "complete") for name in ("db1", "db2")]
    assert complete == sorted(complete)
