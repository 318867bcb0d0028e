"""Which of three processes tests what (pytest-xdist): VMs fill both cores worst, so they go first, and the rest runs beside them.

The first lane takes files of VM cases, those with two VMs before those with one. While two VMs are wanted, the second
lane has no seat (tests/qemu/seats.py) and takes other files; afterwards it takes VM cases, too. The third takes other
files. A lane that finds nothing of its kind takes what there is. Within a kind, longest first keeps the end short.
"""
import re

from xdist.scheduler.loadfile import LoadFileScheduling

from common import TOP

LANES = 3
TWO_VMS, ONE_VM, NO_VM = range(3)
# Minutes of the files that take longest, as measured; what is not here is short.
MINUTES = {}


def kind_of(scope):
    """`scope`: the path of a file of tests, below the top folder or below tests/."""
    path = scope.removeprefix("tests/")
    if not path.startswith("qemu/"):
        return NO_VM
    return TWO_VMS if re.search(r"^VMS = 2$", (TOP / "tests" / path).read_text(), re.M) else ONE_VM


class Lanes(LoadFileScheduling):
    def _lane(self, node):
        return int(node.gateway.id.removeprefix("gw"))

    def _preference(self, node):
        """Kinds of files, the preferred first."""
        if self._lane(node) == 0:
            return TWO_VMS, ONE_VM, NO_VM
        pending = [scope for load in self.assigned_work.values() for scope, unit in load.items() if not all(unit.values())]
        two_vms_to_come = TWO_VMS in {kind_of(scope) for scope in [*self.workqueue, *pending]}
        if self._lane(node) == 1 and not two_vms_to_come:
            return ONE_VM, TWO_VMS, NO_VM
        return NO_VM, ONE_VM, TWO_VMS

    def _assign_work_unit(self, node):
        """The base class takes the first file of the queue: the one that this lane prefers is put there."""
        rank = {kind: place for place, kind in enumerate(self._preference(node))}
        scope = min(self.workqueue, key=lambda scope: (rank[kind_of(scope)], -MINUTES.get(scope.rpartition("/")[2], 0)))
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node):
        """A process starts a test when it has been given the next one; more than that would wait there in vain."""
        if self.workqueue and not node.shutting_down and self._pending_of(self.assigned_work[node]) >= 2:
            return
        super()._reschedule(node)


def make_scheduler(config, log):
    """None unless `make test` runs with all lanes."""
    return Lanes(config, log) if config.option.dist == "loadfile" and config.option.numprocesses == LANES else None
