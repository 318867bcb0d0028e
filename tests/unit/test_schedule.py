"""The order in which the processes of `make test` take files of tests, played with processes that only count time."""
import types

import schedule
from common import TOP

PROCESSES = 4


class Config:
    def getvalue(self, name):
        return {"tx": ["popen"] * PROCESSES}.get(name)


class Process:
    """Works on one test for a while; on its last one only when it knows what comes next, or that nothing does."""

    def __init__(self, number, collection):
        self.gateway = types.SimpleNamespace(id=f"gw{number}")
        self.collection, self.queue, self.shutting_down, self.left = collection, [], False, 0

    def send_runtest_some(self, numbers):
        self.queue += numbers

    def shutdown(self):
        self.shutting_down = True

    @property
    def file(self):
        runs = len(self.queue) > 1 or (self.queue and self.shutting_down)
        return self.collection[self.queue[0]].partition("::")[0] if runs else None


def play(collection, cost):
    """The files that are under way at each tick."""
    plan = schedule.Schedule(Config())
    processes = [Process(number, collection) for number in range(PROCESSES)]
    for process in processes:
        plan.add_node(process)
        plan.add_node_collection(process, collection)
    plan.schedule()
    ticks = []
    while any(process.file for process in processes):
        ticks.append([process.file for process in processes if process.file])
        for process in processes:
            if not process.file:
                continue
            process.left = (process.left or cost(process.file)) - 1
            if not process.left:
                plan.mark_test_complete(process, process.queue.pop(0))
    assert not any(process.queue for process in processes) and not plan.has_pending
    return ticks


def files():
    found = sorted((TOP / "tests").glob("*/test_*.py"))
    return [str(path.relative_to(TOP / "tests")) for path in found if path.parent.name != "soak"]


def test_vms_begin_first_and_fill_their_seats():
    ticks = play([f"{name}::test_{number}" for name in files() for number in range(3)], lambda name: 5 if schedule.vms(name) else 4)
    seats = [sum(map(schedule.vms, running)) for running in ticks]
    assert max(seats) == schedule.SEATS
    assert {name for running in ticks for name in running} == set(files())
    # Until the last VM cases, no seat is empty for longer than the file that a process has in hand.
    last = max(number for number, taken in enumerate(seats) if taken)
    empty = [taken < schedule.SEATS for taken in seats[:last - 20]]
    assert seats[0] == schedule.SEATS and sum(empty) < len(empty) / 10


def test_host_runs_beside_vms():
    ticks = play([f"{name}::test_{number}" for name in files() for number in range(3)], lambda name: 5 if schedule.vms(name) else 4)
    beside = [running for running in ticks if any(map(schedule.vms, running)) and not all(map(schedule.vms, running))]
    assert len(beside) > len(ticks) / 3


def test_what_is_left_is_taken_though_no_seat_is_free():
    names = [name for name in files() if schedule.vms(name)]
    ticks = play([f"{name}::test_{number}" for name in names for number in range(2)], lambda name: 3)
    assert {name for running in ticks for name in running} == set(names)
