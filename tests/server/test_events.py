"""Events: stored before they are acknowledged, once each, and what becomes of the VM by them."""
import json
import sqlite3
import threading
import time

import pytest

from common import until
from service import MAC, Boot


def course(boot):
    """An installation, told in a few events."""
    return [boot.event("state", state="configuring"), boot.event("begin", step="contact"),
            boot.event("end", step="contact", ok=True, ms_taken=400, bytes=0), boot.event("begin", step="unpack"),
            boot.event("progress", step="unpack", item="/", done=1, total=2, rate=3), boot.event("heartbeat"),
            boot.event("end", step="unpack", ok=True, ms_taken=2000, bytes=4 << 20), boot.event("note", text="x"),
            boot.event("state", state="installed")]


def test_course_of_an_installation(service):
    boot = Boot()
    answer = service.post(course(boot))
    assert (answer.status, answer.json) == (200, {"taken": 9, "hold": False, "again": False, "cutover": False})
    vm = service.show("db1")
    assert (vm["state"], vm["step"]) == ("needs provisioning", "unpack")
    assert [(row["from"], row["to"]) for row in vm["history"]] == [("created", "configuring"), ("configuring", "needs provisioning")]
    assert [(row["step"], row["ms_taken"], row["bytes"], row["ok"]) for row in vm["timeline"]] == [
        ("contact", 400, 0, True), ("unpack", 2000, 4 << 20, True)]
    assert [event["seq"] for event in vm["events"]] == list(range(1, 10))
    second = Boot()
    answer = service.post([second.event("state", state="first boot"), second.event("state", state="complete")])
    assert answer.json["taken"] == 2
    assert service.show("db1")["state"] == "complete"
    text = service.cli("show", "db1", "--events")
    assert "unpack" in text and "2.0        4.0      2.0" in text and '"heartbeat"' in text
    assert "complete" in service.cli("list")


SHOWN = [{"role": "boot", "path": "/dev/sda", "place": "pci0000:00/0000:00:04.0", "serial": "s", "wwn": "", "size": 1 << 33}]


def test_a_plan_that_was_shown_is_kept(service):
    """Until a newer one, or until the operator forgets it: an installation asks for it with its job."""
    assert service.get(f"/v1/plan?mac={MAC}").json == {"disks": None}
    first, second = Boot(), Boot()
    service.post([first.event("state", state="planning"), first.event("plan", text="Plan", shown=SHOWN)])
    assert service.get(f"/v1/plan?mac={MAC}").json == {"disks": SHOWN}
    other = [{**SHOWN[0], "serial": "t"}]
    service.post([second.event("state", state="planning"), second.event("plan", text="Plan", shown=other)])
    # What an installation plans is no plan that was shown; nor is what an older boot says late.
    service.post([second.event("plan", text="Plan")])
    service.post([first.event("plan", text="Plan", shown=SHOWN)])
    assert service.get(f"/v1/plan?mac={MAC}").json == {"disks": other}
    service.cli("boot", "db1")
    assert service.get(f"/v1/plan?mac={MAC}").json == {"disks": other}
    service.cli("boot", "db1", "--forget-plan")
    assert service.get(f"/v1/plan?mac={MAC}").json == {"disks": None}
    assert service.post([second.event("plan", text="Plan", shown={})]).status == 400


def test_plans_go_with_their_vm(fresh):
    fresh.init()
    fresh.add("db1", MAC, token="none")
    fresh.start()
    boot = Boot()
    assert fresh.post([boot.event("plan", text="Plan", shown=SHOWN)]).status == 200
    fresh.cli("remove", "db1")
    with sqlite3.connect(fresh.data / "newroot.db") as store:
        assert store.execute("SELECT count(*) FROM shown_plan").fetchone() == (0,)
    store.close()


def test_repeats_are_ignored(service):
    boot = Boot()
    events = course(boot)
    assert service.post(events[:5]).json["taken"] == 5
    changed = [{**event, "type": "note"} for event in events[:5]]
    assert service.post(changed + events[5:7]).json["taken"] == 7
    assert service.post(events[:2]).json["taken"] == 7
    assert service.show("db1")["events"] == events[:7]


def test_gaps_are_taken_and_noticed(service):
    boot = Boot()
    events = course(boot)
    assert service.post(events[:2]).json["taken"] == 2
    assert service.post(events[4:6]).json["taken"] == 6
    assert "events 3 to 4" in service.log()
    assert service.show("db1")["boots"][0] | {"first_ms": 0} == {"boot": boot.id, "first_ms": 0, "taken": 6, "stored": 4}
    assert "2 missing" in service.cli("show", "db1")
    assert service.post(events[2:4]).json["taken"] == 6
    assert "0 missing" in service.cli("show", "db1")


def test_error(service):
    boot = Boot()
    service.post([boot.event("begin", step="unpack"),
                  boot.event("error", step="unpack", code="archive.hash", where="https://x/root.tar", message="wrong",
                             stderr=["a", "b"], kernel=[]),
                  boot.event("state", state="error")])
    vm = service.show("db1")
    assert (vm["state"], vm["step"]) == ("error", "unpack")
    assert vm["error"]["text"] == "archive.hash: https://x/root.tar: wrong"
    assert "sha256" in vm["error"]["help"]
    service.post([Boot().event("state", state="configuring")])
    assert service.show("db1")["state"] == "error", "only the operator takes a VM out of it"
    service.cli("retry", "db1")
    assert (service.show("db1")["state"], service.show("db1")["error"]) == ("created", None)


def test_events_of_an_older_boot_do_not_move_the_vm(service):
    old, new = Boot(), Boot()
    service.post([old.event("state", state="configuring")])
    service.post([new.event("state", state="configuring"), new.event("state", state="installed")])
    service.post([old.event("error", code="net.cut", message="late")])
    assert service.show("db1")["state"] == "needs provisioning"
    assert len(service.show("db1")["events"]) == 4


def test_impossible_state_is_kept_but_not_followed(service):
    service.post([Boot().event("state", state="complete")])
    vm = service.show("db1")
    assert vm["state"] == "created"
    assert "refused: complete" in vm["history"][0]["cause"]


def bad(**members):
    return json.dumps([{**Boot().event("note"), **members}])


MALFORMED = [
    ("", "line 1 column"), ("{", "line 1 column"), ("[\n{},\n]", "line 3 column"), ("[]", "events"), ("{}", "events"),
    ('[{"boot":"a","boot":"b"}]', "line 1 column"), ("[1]", "events[0]"), (bad(seq=0), "events[0].seq"), (bad(seq="1"), "events[0].seq"),
    (bad(seq=10**9), "events[0].seq"), (bad(seq=1.5), "events[0].seq"), (bad(ms=-1), "events[0].ms"), (bad(boot="x"), "events[0].boot"),
    (bad(type="party"), "events[0].type"), (bad(type="begin"), "events[0].step"), (bad(step="../x"), "events[0].step"),
    (bad(type="state", state="sleeping"), "events[0].state"), (bad(type="error", message=1), "events[0].message"),
    (json.dumps([Boot().event("note"), Boot().event("note")]), "events[1].boot"), (bad(text="x" * 200000), "events[0]"),
    (b'[{"boot":"\xff"}]', "line 1 column"), ("[" * 100000, "line 1 column"), ('[{"a":1e999}]', "line 1 column"),
    (json.dumps([0] * 5000), "events"), (b'["\\u0000"]', "line 1 column"),
]


@pytest.mark.parametrize("body, place", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_bodies_are_located(service, body, place):
    answer = service.post(body)
    assert (answer.status, answer.json["error"]) == (400, "body")
    assert answer.json["message"].startswith(place), answer.json
    assert service.show("db1")["events"] == []


def test_rescue_moves_nothing(service):
    boot = Boot()
    assert service.post([boot.event("state", state="rescue"), boot.event("begin", step="contact")]).json["taken"] == 2
    assert (service.show("db1")["state"], service.show("db1")["step"]) == ("created", "contact")


def test_a_whole_spool_fits(service):
    boot = Boot()
    assert service.post([boot.event("note", text="x" * 20000) for _ in range(64)]).json["taken"] == 64


def test_hold_and_release(service):
    service.add("db2", "52:54:00:00:00:12", "--group", "shop")
    boot, other = Boot(), Boot()
    service.cli("hold", "db1")
    assert service.post([boot.event("heartbeat")]).json["hold"] is True
    assert service.get(f"/v1/hello?mac={MAC}").json["hold"] is True
    assert service.post([other.event("heartbeat")], mac="52:54:00:00:00:12").json["hold"] is False
    service.cli("release", "db1")
    assert service.post([boot.event("heartbeat")]).json["hold"] is False
    service.cli("hold", "--group", "shop")
    assert service.post([other.event("heartbeat")], mac="52:54:00:00:00:12").json["hold"] is True
    assert service.run("hold", "--data", service.data, "nobody").returncode == 1


def test_kill_loses_nothing_acknowledged(service):
    """Several agents post while the service is killed again and again; what was answered is there."""
    macs = [f"52:54:00:00:01:{number:02x}" for number in range(6)]
    for number, mac in enumerate(macs):
        service.add(f"vm{number}", mac)
    boots = [Boot() for _ in macs]
    acknowledged = [0] * len(macs)
    done = threading.Event()

    def agent(number):
        boot, unsent, connection = boots[number], [], None
        while not done.is_set():
            if len(unsent) < 20:
                unsent.append(boot.event("heartbeat"))
            try:
                connection = connection or service.connect()
                taken = service.post(unsent, mac=macs[number], connection=connection).json["taken"]
                acknowledged[number] = taken
                unsent = [event for event in unsent if event["seq"] > taken]
            except Exception:
                connection = None
                time.sleep(0.05)

    threads = [threading.Thread(target=agent, args=(number,)) for number in range(len(macs))]
    for thread in threads:
        thread.start()
    for _ in range(4):
        time.sleep(0.7)
        service.kill()
        service.start()
    until(lambda: all(acknowledged), lambda: acknowledged)
    done.set()
    for thread in threads:
        thread.join()
    service.kill()
    for number in range(len(macs)):
        stored = [event["seq"] for event in service.show(f"vm{number}")["events"]]
        assert stored == list(range(1, len(stored) + 1)), "a gap or a repeat"
        assert len(stored) >= acknowledged[number] > 0


def test_commands_work_while_events_come(service):
    done = threading.Event()
    statuses = set()

    def agent():
        boot, connection = Boot(), service.connect()
        while not done.is_set():
            statuses.add(service.post([boot.event("heartbeat")], connection=connection).status)

    thread = threading.Thread(target=agent)
    thread.start()
    for number in range(8):
        service.add(f"vm{number}", f"52:54:00:00:02:{number:02x}")
        service.cli("show", "db1")
        service.cli("remove", f"vm{number}")
    done.set()
    thread.join()
    assert statuses == {200}


def test_vm_removed_while_it_reports(service):
    boot, connection = Boot(), service.connect()
    assert service.post([boot.event("heartbeat")], connection=connection).status == 200
    service.cli("remove", "db1")
    assert service.post([boot.event("heartbeat")], connection=connection).status == 404
