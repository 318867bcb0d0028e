"""Whole-VM cases: each gets a laboratory of its own; its files are kept when it fails."""
import re
import shutil

import pytest

from jobs import Inputs
from lab import new_lab
from seats import seats
from vm import BUILD


@pytest.fixture(scope="module", autouse=True)
def enough_seats(request):
    """For as many VMs as run at once in this module: one, or what it says as VMS."""
    with seats(BUILD / "qemu", getattr(request.module, "VMS", 1)):
        yield


@pytest.fixture(scope="session")
def inputs():
    return Inputs()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    setattr(item, f"report_{report.when}", report)
    if report.when == "call" and report.failed:
        report.sections.append(("again", f"make qemu T={item.path.stem}    (files: build/qemu/)"))


@pytest.fixture
def lab(request, inputs):
    # dnsmasq doesn't take every character in a path.
    with new_lab(re.sub(r"[^\w]+", "-", request.node.name).strip("-"), inputs) as laboratory:
        yield laboratory
    if request.node.report_call.passed:
        shutil.rmtree(laboratory.folder, ignore_errors=True)
