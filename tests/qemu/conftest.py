"""Whole-VM cases: each gets a laboratory of its own; its files are kept when it fails."""
import shutil

import pytest


from jobs import Inputs
from lab import BUILD, Lab


@pytest.fixture(scope="session")
def inputs():
    return Inputs()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    setattr(item, f"report_{report.when}", report)
    if report.when == "call" and report.failed:
        report.sections.append(("again", f"make qemu T={item.name}    (files: build/qemu/{item.name})"))


@pytest.fixture
def lab(request):
    folder = BUILD / "qemu" / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder) as laboratory:
        laboratory.open()
        yield laboratory
    if request.node.report_call.passed:
        shutil.rmtree(folder, ignore_errors=True)
