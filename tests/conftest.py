"""The order of the suites, who goes before whom, and the closing line that CI reads."""
import os

import pytest
import schedule

# Of the host's tests beside VMs: a machine that is emulated is what takes longest, and what bears waiting worst.
HOST_NICE = 5


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: schedule.rank(item.nodeid.partition("::")[0]))


def pytest_xdist_make_scheduler(config, log):
    return schedule.Schedule(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.setpriority(os.PRIO_PROCESS, 0, 0 if schedule.vms(item.nodeid.partition("::")[0]) else HOST_NICE)


def pytest_unconfigure(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    count = {kind: len(reporter.stats.get(kind, [])) for kind in ("passed", "failed", "error")}
    print(f"\n{count['passed']} passed, {count['failed'] + count['error']} failed")
