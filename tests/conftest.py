"""What every suite shares: where things are, and the closing line that CI reads."""
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build"


def pytest_collection_modifyitems(items):
    """Cheap suites first: a broken parser is told before a VM boots."""
    order = ["unit", "fuzz", "docs", "server", "transport", "qemu"]

    def rank(item):
        part = pathlib.Path(item.fspath).relative_to(TOP / "tests").parts[0]
        return order.index(part) if part in order else len(order)

    items.sort(key=rank)


def pytest_unconfigure(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    stats = reporter.stats
    passed = len(stats.get("passed", []))
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    print(f"\n{passed} passed, {failed} failed")


@pytest.fixture(scope="session")
def build():
    return BUILD


def run_program(argv, **kwargs):
    """Run a test program; its output is the failure's text."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=TOP, text=True,
                          errors="replace", **kwargs)
    assert done.returncode == 0, f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout[-6000:]}"
    return done.stdout
