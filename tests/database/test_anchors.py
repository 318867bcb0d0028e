"""Another CA for the site while a VM attends: it learns the new anchor where its instructions are, tells so, and is in touch when the old one is gone."""
import json

import pytest

from common import BUILD, until
from first_boot import Machine
from service import MAC, Boot, Service


@pytest.fixture
def site(tmp_path):
    service = Service(BUILD / "newroot-server", tmp_path)
    service.init()
    service.add("db1")
    service.start()
    yield service
    service.close()


@pytest.fixture
def machine(site, tmp_path):
    """A VM that stands by, with the anchors that it was installed with."""
    machine = Machine(site, tmp_path / "db1", "db1", MAC)
    anchors = machine.folder / "ca.pem"
    anchors.write_bytes((site.data / "ca.pem").read_bytes())
    machine.config.write_text(json.dumps({"service": f"https://127.0.0.1:{site.port}", "ca": str(anchors), "mac": MAC}))
    boot = Boot()
    site.post([boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")])
    return machine


def test_an_attending_vm_outlives_the_ca(site, machine):
    anchors, old = machine.folder / "ca.pem", (site.data / "ca.pem").read_bytes()
    site.cli("ca", "rotate", "begin")
    assert site.run("ca", "rotate", "finish", "--data", site.data).returncode == 1
    attending = machine.attend()
    try:
        until(lambda: anchors.read_bytes() == (site.data / "ca.pem").read_bytes() != old, lambda: machine.log)
        until(lambda: "the site's new trust anchors are known from now on" in json.dumps(machine.events), lambda: machine.log)
        site.cli("ca", "rotate", "finish")
    finally:
        attending.kill()
        attending.wait()
    assert not [path for path in anchors.parent.iterdir() if path.name.endswith(".new")]
    # The next program of the VM begins with what that one has learnt, and drops what is no anchor any more.
    attending = machine.attend()
    try:
        until(lambda: anchors.read_bytes() == (site.data / "ca.pem").read_bytes(), lambda: machine.log)
    finally:
        attending.kill()
        attending.wait()
