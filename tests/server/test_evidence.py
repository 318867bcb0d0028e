"""What a VM can't take out of its own history: what operators did, its true boots, and what these said."""
import contextlib
import sqlite3

import pytest

from service import MAC, Boot


@pytest.fixture
def db1(fresh):
    """A VM that was held and let go by the operator, and whose first boot failed."""
    fresh.init()
    fresh.add("db1")
    fresh.start()
    fresh.boot = Boot()
    fresh.act("/v1/vms/db1/hold")
    fresh.cli("release", "db1")
    fresh.post([fresh.boot.event("begin", step="unpack"), fresh.boot.event("progress", step="unpack", item="/", done=1, total=2, rate=1),
                fresh.boot.event("heartbeat"), fresh.boot.event("error", step="unpack", code="archive.hash", message="wrong"),
                fresh.boot.event("end", step="unpack", ok=False, ms_taken=1), fresh.boot.event("state", state="error")])
    return fresh


def causes(service):
    return [row["cause"] for row in service.show("db1")["history"]]


def store(service):
    return contextlib.closing(sqlite3.connect(service.data / "newroot.db", timeout=60))


def test_what_a_vm_is_refused_pushes_no_operator_out(db1):
    """More than are kept, by requests and by moves of its own."""
    connection = db1.connect()
    for _ in range(520):
        assert db1.get(f"/v1/job?mac={MAC}&mode=plan", connection=connection).status == 200
    flip = Boot()
    db1.post([flip.event("state", state=state) for _ in range(300) for state in ("first boot", "complete")], connection=connection)
    found = causes(db1)
    assert [cause for cause in found if "operator" in cause] == ["hold by the operator at 127.0.0.1", "release by the operator"]
    assert len([cause for cause in found if "looked at" in cause]) == 500, "of its own the newest are kept"
    assert len(found) <= 1002


def test_boots_that_are_invented_take_no_true_one_away(db1):
    """Sixty in an hour; and what makes room of old ones leaves what they did."""
    connection, answers = db1.connect(), []
    for _ in range(70):
        answers.append(db1.post([Boot().event("heartbeat")], connection=connection))
    assert [answer.status for answer in answers] == [200] * 59 + [429] * 11
    assert answers[-1].json["error"] == "limit" and "boots of this VM began within an hour" in answers[-1].json["message"]
    assert db1.post([db1.boot.event("heartbeat")], connection=connection).status == 200, "one that is known goes on"
    with store(db1) as change:
        vm = change.execute("SELECT id FROM vm").fetchone()[0]
        change.execute("UPDATE boot SET first_ms = first_ms - 7200000")
        change.executemany("INSERT INTO boot (vm, uuid, first_ms) VALUES (?, ?, 1)", [(vm, f"{number:036x}") for number in range(1000)])
        change.commit()
    assert db1.post([Boot().event("heartbeat")], connection=connection).status == 200
    with store(db1) as read:
        boots = read.execute("SELECT id, trimmed FROM boot ORDER BY id").fetchall()
        assert len(boots) == 1061 and boots[0][1] == 1, "the oldest is trimmed, and there"
        assert [row[0] for row in read.execute("SELECT type FROM event WHERE boot = ? ORDER BY seq", (boots[0][0],))] == [
            "begin", "error", "end", "state"]
    shown = db1.show("db1")
    assert shown["boots"][0]["boot"] == db1.boot.id and shown["timeline"][0]["step"] == "unpack"
