import os

import pytest

from common import BUILD
from old_vm import OldVM
from service import MAC, Boot, Service
from two_vms import NewVM


@pytest.fixture(scope="session", autouse=True)
def root_only():
    if os.geteuid() != 0:
        pytest.skip("owners and a root of its own: only root may do this")


@pytest.fixture
def service(tmp_path):
    service = Service(BUILD / "newroot-server", tmp_path)
    service.init()
    service.add("web1")
    service.start()
    boot = service.attending = Boot()
    service.post([boot.event("state", state=state) for state in ("configuring", "installed", "first boot", "complete")], mac=MAC)
    yield service
    service.close()


@pytest.fixture
def old(tmp_path):
    old = OldVM(tmp_path / "old")
    yield old
    old.stop()


@pytest.fixture
def new(tmp_path, service, old):
    new = NewVM(tmp_path / "new", service, old)
    yield new
    new.close()
