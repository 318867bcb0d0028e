"""The order of the suites, and the closing line that CI reads."""
import pathlib

from common import TOP

ORDER = ["build", "checks", "unit", "fuzz", "docs", "firewalls", "server", "migration", "database", "sync", "old_systems", "load", "page", "transport", "qemu"]


def pytest_collection_modifyitems(items):
    """Cheap suites first: a broken parser is told before a VM boots. (xdist takes files with many tests first: so do they.)"""
    def rank(item):
        part = pathlib.Path(item.fspath).relative_to(TOP / "tests").parts[0]
        return ORDER.index(part) if part in ORDER else len(ORDER)

    items.sort(key=rank)


def pytest_unconfigure(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    count = {kind: len(reporter.stats.get(kind, [])) for kind in ("passed", "failed", "error")}
    print(f"\n{count['passed']} passed, {count['failed'] + count['error']} failed")
