"""A group whose master gets a bad archive, in order: all stop, all go on, and the replica waits for its master."""
import shutil

import pytest

from jobs import document, shop_vm
from lab import Lab
from process import wait_until
from vm import BUILD

INSTALL_S = 900
BOOT_S = 300


@pytest.fixture(scope="module")
def shop(inputs):
    """db1 and its replica db2, imported and made by a creator; the first bytes of db1's own archive are all there is."""
    folder = BUILD / "qemu" / "group_error"
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder) as lab:
        lab.open()
        lab.inputs = inputs
        bad = lab.folder / "bad.tar.gz"
        with open(inputs.root, "rb") as source:
            bad.write_bytes(source.read(4 << 20))
        lab.archive(bad, "db1-root.tar.gz")
        own = {"to": "/", "url": "archive:db1-root.tar.gz", "sha256": inputs.sums[inputs.root]}
        lab.import_document(document(lab, inputs, [
            shop_vm("db1", 11, "db-master", [own]), shop_vm("db2", 12, "db-replica", master="db1")]))
        lab.operator = lab.api()
        lab.creator()
        yield lab


def look(lab, name):
    return lab.operator.get(f"/v1/vms/{name}")


def steps(lab, name, type_="end"):
    return [event["step"] for event in lab.service.events(name) if event["type"] == type_]


def test_an_error_holds_the_group(shop):
    shop.service.wait_state("db1", "error", INSTALL_S)
    db1 = look(shop, "db1")
    assert db1["error"]["text"].startswith("archive.") and "db1-root.tar.gz" in db1["error"]["text"]
    assert db1["error"]["help"]
    assert "unpack" not in steps(shop, "db2"), "db2 must still have a step boundary before it"
    assert look(shop, "db2")["held"] == "db1 has an error"
    wait_until("db2 has unpacked", lambda: "unpack" in steps(shop, "db2"), INSTALL_S)


def test_all_go_on_after_the_retry(shop):
    """Nobody touches a VM: db1's agent begins anew by itself, and db2 goes on where it stopped."""
    assert steps(shop, "db2", "begin")[-1] == "unpack", "db2 waits at the boundary after unpack"
    boots = {name: len(look(shop, name)["boots"]) for name in ("db1", "db2")}
    shop.archive(shop.inputs.root, "db1-root.tar.gz")
    shop.operator.post("/v1/vms/db1/retry")
    shop.service.wait_state("db1", "configuring", 60)
    for name in ("db1", "db2"):
        wait_until(f"{name} is installed", lambda: "finish" in steps(shop, name), INSTALL_S)
        assert len(look(shop, name)["boots"]) == boots[name], "no VM was switched off and on"
    assert look(shop, "db2")["held"] is None


def test_the_replica_waits_for_its_master(shop):
    """db1 is held in its first boot: db2 waits, and says for whom."""
    wait_until("db1 is moved", lambda: look(shop, "db1")["state"] == "provisioning" and not look(shop, "db1")["lease"], 60)
    shop.operator.post("/v1/vms/db1/hold")
    said = wait_until("db2 waits", lambda: look(shop, "db2")["waiting"], BOOT_S)
    assert "db1 is not complete" in said
    assert look(shop, "db2")["state"] == "first boot"
    shop.operator.post("/v1/vms/db1/release")
    for name in ("db1", "db2"):
        shop.service.wait_state(name, "complete", BOOT_S)
    assert look(shop, "db2")["waiting"] is None
    first = {name: next(row["at_ms"] for row in look(shop, name)["history"] if row["to"] == "complete") for name in ("db1", "db2")}
    assert first["db1"] <= first["db2"]
