"""
Which file of tests a process takes next: VM cases from the first minute on, as many as there are seats for, and the files of the
host beside them, for they fill the seconds in which a VM waits.
"""
import pathlib
import re

from common import TOP
from xdist.scheduler.loadfile import LoadFileScheduling

from seats import SEATS

# In the order of what a developer wants to know first: a broken parser is told before a database is loaded.
SUITES = ["build", "checks", "unit", "fuzz", "docs", "firewalls", "server", "migration", "database", "sync", "old_systems", "load", "page", "transport", "qemu"]
# Those that take minutes, the longest first: one that begins last would be waited for.
LONG = ["test_databases", "test_life", "test_targets", "test_snapshot", "test_network_boot_first", "test_replication_cutover",
        "test_managers", "test_following", "test_old_life", "test_tidy"]


def suite(scope):
    return pathlib.PurePath(scope).parts[0]


def vms(scope):
    """How many VMs run at once in this file of tests."""
    if suite(scope) != "qemu":
        return 0
    said = re.search(r"^VMS = (\d+)$", (TOP / "tests" / scope).read_text(), re.MULTILINE)
    return int(said[1]) if said else 1


def place(name, names):
    return names.index(name) if name in names else len(names)


def rank(scope):
    """First those for both seats, so that none waits at the end for two that are free at once; then the long ones."""
    return (-vms(scope), place(pathlib.PurePath(scope).stem, LONG), place(suite(scope), SUITES))


class Schedule(LoadFileScheduling):
    def _reschedule(self, node):
        # A process begins its last test when it knows what comes after it; more than that would keep a VM case waiting.
        if not self.workqueue or self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)

    def _assign_work_unit(self, node):
        self.workqueue.move_to_end(self._choose(node), last=False)
        super()._assign_work_unit(node)

    def _choose(self, node):
        waiting = sorted(self.workqueue, key=rank)
        fitting = next((scope for scope in waiting if 0 < vms(scope) <= self._seats_for(node)), None)
        on_host = next((scope for scope in waiting if not vms(scope)), None)
        return fitting or on_host or waiting[0]

    def _seats_for(self, node):
        """Those of its own file are free when it begins with the next."""
        taken = [vms(scope) for other, files in self.assigned_work.items() if other is not node
                 for scope, tests in files.items() if not all(tests.values())]
        return SEATS - sum(taken)
