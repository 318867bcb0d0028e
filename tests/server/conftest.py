import pathlib

import pytest

from service import Service, programs


@pytest.fixture(params=programs(), ids=lambda program: pathlib.Path(program).parent.name)
def fresh(request, tmp_path):
    """A service without a data folder."""
    service = Service(request.param, tmp_path)
    yield service
    service.close()
    log = service.log() if (tmp_path / "log").exists() else ""
    assert "Sanitizer" not in log and "runtime error" not in log, log


@pytest.fixture
def service(fresh):
    """A service with a data folder, one VM and no token, serving."""
    fresh.init()
    fresh.add("db1")
    fresh.start()
    return fresh
