"""How `make test` shares files among its processes (tests/lanes.py)."""
import types

import pytest

import lanes

TWO = ["qemu/test_group_error.py::test_a", "qemu/test_databases.py::test_a"]
ONE = ["qemu/test_refusals.py::test_a", "qemu/test_life.py::test_a"]
NONE = ["docs/test_errors.py::test_a", "docs/test_errors.py::test_b", "build/test_usage.py::test_a", "build/test_lock.py::test_a"]
CONFIG = types.SimpleNamespace(getvalue=lambda name: [f"{lanes.LANES}*popen"], option=types.SimpleNamespace(dist="loadfile", numprocesses=lanes.LANES))


class Node:
    """A process that tests: what it was given, in order."""

    def __init__(self, number):
        self.gateway = types.SimpleNamespace(id=f"gw{number}")
        self.given, self.shutting_down = [], False

    def send_runtest_some(self, indexes):
        self.given += indexes

    def shutdown(self):
        self.shutting_down = True


@pytest.fixture
def run():
    """A scheduler whose processes have just been given their first files."""
    scheduler = lanes.make_scheduler(CONFIG, None)
    scheduler.log = lambda *_: None
    nodes = [Node(number) for number in range(lanes.LANES)]
    items = NONE + ONE + TWO
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, items)
    scheduler.schedule()
    return types.SimpleNamespace(scheduler=scheduler, nodes=nodes, items=items,
                                 given=lambda number: [items[index].partition("::")[0] for index in nodes[number].given])


@pytest.mark.parametrize("path, kind", [
    ("qemu/test_databases.py", lanes.TWO_VMS), ("qemu/test_life.py", lanes.ONE_VM), ("docs/test_errors.py", lanes.NO_VM),
    ("tests/qemu/test_life.py", lanes.ONE_VM),
])
def test_kind(path, kind):
    assert lanes.kind_of(path) == kind


def test_two_vms_first_and_nobody_waits_for_a_seat(run):
    assert set(run.given(0)) == {"qemu/test_group_error.py", "qemu/test_databases.py"}
    assert not [path for number in (1, 2) for path in run.given(number) if path.startswith("qemu/")]


def test_everything_is_tested_once(run):
    done = [0] * lanes.LANES
    while any(done[number] < len(node.given) for number, node in enumerate(run.nodes)):
        for number, node in enumerate(run.nodes):
            if done[number] < len(node.given):
                done[number] += 1
                run.scheduler.mark_test_complete(node, node.given[done[number] - 1])
    assert sorted(index for node in run.nodes for index in node.given) == list(range(len(run.items)))
    assert all(node.shutting_down for node in run.nodes)


def test_only_with_all_lanes():
    option = types.SimpleNamespace(dist="loadfile", numprocesses=2)
    assert lanes.make_scheduler(types.SimpleNamespace(option=option), None) is None
