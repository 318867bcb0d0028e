import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "server"))

from common import BUILD  # noqa: E402
from old_vm import OldVM  # noqa: E402
from two_vms import NewVM  # noqa: E402
from service import MAC, Boot, Service  # noqa: E402


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
    old.close()


@pytest.fixture
def new(tmp_path, service, old):
    new = NewVM(tmp_path / "new", service, old)
    yield new
    new.close()
