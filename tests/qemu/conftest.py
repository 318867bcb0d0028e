"""Whole-VM cases: each gets a laboratory of its own; its files are kept when it fails."""
import re
import shutil

import pytest

from jobs import Inputs
from lab import Lab
from seats import seats
from vm import BUILD


def work_folder(item):
    """Of a case that has a laboratory of its own; dnsmasq doesn't take every character in a path."""
    return BUILD / "qemu" / re.sub(r"[^\w]+", "-", item.name).strip("-")


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
def lab(request):
    folder = work_folder(request.node)
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder) as laboratory:
        laboratory.open()
        yield laboratory
    if request.node.report_call.passed:
        shutil.rmtree(folder, ignore_errors=True)
