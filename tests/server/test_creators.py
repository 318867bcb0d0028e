"""Creators: what they are given, what they report, and that two of them never get the same VM."""
import json
import sqlite3
import threading
import time

import pytest

from clocks import Clocks
from migration import change
from service import MAC, Boot, Service, programs

SPEC = {"cpus": 2, "memory": 134217728, "disks": [2147483648, 1073741824], "data_center": "lab", "network": "shop-net",
        "public": [{"names": ["www.shop.example"], "old": "192.0.2.7", "new": "10.80.0.11"}]}
KEYS = {"name", "group", "mac", "address", "finals", "cpus", "memory", "disks", "data_center", "network"}


def become(service, name, state):
    """As a migration document brings it there."""
    change(service, name, imported=1, state=state)
    change(service, name, "vm_text", spec=json.dumps(SPEC))


@pytest.fixture
def group(fresh):
    fresh.init()
    for number, name in enumerate(("db1", "web1", "web2")):
        fresh.add(name, f"52:54:00:00:00:{17 + number:02x}", "--group", "shop", "--address", f"127.0.0.{1 + number}")
        become(fresh, name, "needs creating")
    fresh.add("alone", "52:54:00:00:00:99")
    fresh.start()
    return fresh


def listed(service, work="creating"):
    answer = service.get(f"/v1/needs-{work}", token=service.creator)
    assert answer.status == 200, answer.body
    assert answer.json["lease_seconds"] == 300
    return [vm["name"] for vm in answer.json["vms"]]


def report(service, vm, what, creator="rack1", work="creating", **members):
    answer = service.request("POST", f"/v1/needs-{work}", body=json.dumps({"vm": vm, "report": what, "creator": creator, **members}),
                             token=service.creator)
    return answer.status, answer.json.get("state", answer.json.get("error"))


def test_what_a_creator_is_given(group):
    vms = group.get("/v1/needs-creating", token=group.creator).json["vms"]
    assert [vm["name"] for vm in vms] == ["db1", "web1", "web2"]
    assert set(vms[0]) == KEYS
    assert vms[0] == {"name": "db1", "group": "shop", "mac": MAC, "address": "127.0.0.1", "finals": [], **{key: SPEC[key] for key in SPEC if key != "public"}}
    assert listed(group, "provisioning") == []


def test_course_of_a_creation(group):
    taken = group.request("POST", "/v1/needs-creating", token=group.creator,
                          body=json.dumps({"vm": "db1", "report": "taken", "creator": "rack1"})).json
    assert (taken["vm"], taken["state"]) == ("db1", "needs creating")
    assert abs(taken["lease_until_ms"] - time.time() * 1000 - 300000) < 100000
    assert listed(group) == ["web1", "web2"]
    assert group.show("db1")["lease"]["by"] == "rack1"
    assert report(group, "db1", "taken", "rack2") == (409, "vm.state")
    assert report(group, "db1", "done", "rack2") == (409, "vm.state")
    assert report(group, "db1", "taken") == (200, "needs creating"), "which prolongs it"
    assert report(group, "db1", "done") == (200, "created")
    assert group.show("db1")["lease"] is None and group.show("db1")["armed"] is True
    boot = Boot()
    assert group.get(f"/v1/job?mac={MAC}&boot={boot.id}").status == 200
    group.post([boot.event("state", state="installed")])
    assert listed(group, "provisioning") == ["db1"]
    assert report(group, "db1", "taken", work="provisioning") == (200, "provisioning")
    assert listed(group, "provisioning") == []
    assert report(group, "db1", "done", work="provisioning") == (200, "provisioning")
    assert listed(group, "provisioning") == [], "done is done"


def test_failed_creation_holds_the_group(group):
    assert report(group, "web1", "failed", message="no room in the rack") == (200, "error")
    vm = group.show("web1")
    assert vm["error"]["text"] == "creator.failed: creating: no room in the rack" and vm["error"]["help"]
    assert listed(group) == [] and group.show("db1")["held"] == "web1 has an error"
    assert group.act("/v1/vms/web1/retry").json["state"] == "needs creating"
    assert report(group, "web1", "taken") == (200, "needs creating") and report(group, "web1", "done") == (200, "created")
    assert listed(group) == ["db1", "web2"]


def test_lease_runs_out(group):
    assert report(group, "db1", "taken")[0] == 200
    change(group, "db1", lease_until_ms=int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000) - 1)
    assert listed(group) == ["db1", "web1", "web2"]
    assert report(group, "db1", "taken", "rack2") == (200, "needs creating")
    assert report(group, "db1", "done", "rack1") == (409, "vm.state"), "it came too late"


@pytest.fixture
def timed(tmp_path):
    """A service whose clocks can be moved, with one VM to make."""
    service, clocks = Service(programs()[0], tmp_path), Clocks(tmp_path)
    service.init()
    service.add("db1", MAC, "--group", "shop")
    become(service, "db1", "needs creating")
    service.start(env=clocks.environment)
    service.clocks = clocks
    yield service
    service.close()


@pytest.mark.parametrize("jump", [86400, -86400])
def test_a_clock_that_is_set_moves_no_lease(timed, jump):
    """On the wall a day passes, in either direction: nobody gets what another is at, and nobody keeps it for ever."""
    assert report(timed, "db1", "taken") == (200, "needs creating")
    timed.clocks.move(wall=jump)
    assert report(timed, "db1", "taken", "rack2") == (409, "vm.state") and listed(timed) == []
    end = timed.ask("/v1/vms/db1")["lease"]["until_ms"] / 1000 - time.time() - jump
    assert 200 < end <= 300, "it is told by the clock as it is now"
    timed.clocks.move(steady=299 - 60)
    assert listed(timed) == []
    timed.clocks.move(steady=62)
    assert listed(timed) == ["db1"] and report(timed, "db1", "taken", "rack2") == (200, "needs creating")


@pytest.mark.parametrize("steady", [0, -3600, 3600])
def test_after_a_restart_a_lease_lasts_as_long_as_a_new_one(timed, steady):
    """Whether the machine went on meanwhile or began its own time anew: its creator could not prolong it."""
    assert report(timed, "db1", "taken") == (200, "needs creating")
    timed.stop()
    timed.clocks.move(wall=86400, steady=steady)
    timed.start(env=timed.clocks.environment)
    assert report(timed, "db1", "taken", "rack2") == (409, "vm.state") and listed(timed) == []
    timed.clocks.move(steady=301)
    assert listed(timed) == ["db1"]


def test_held_vms_are_nobodys_work(group):
    group.act("/v1/vms/db1/hold")
    assert listed(group) == ["web1", "web2"] and report(group, "db1", "taken") == (409, "vm.state")
    group.act("/v1/groups/shop/hold")
    assert listed(group) == []


def test_two_creators_never_get_the_same_vm(group):
    for number in range(20):
        group.add(f"vm{number}", f"52:54:00:00:01:{number:02x}")
        become(group, f"vm{number}", "needs creating")
    got = {"rack1": [], "rack2": [], "rack3": []}

    def creator(name):
        connection = group.connect()
        while True:
            vms = group.get("/v1/needs-creating", token=group.creator, connection=connection).json["vms"]
            if not vms:
                return
            for vm in vms:
                body = json.dumps({"vm": vm["name"], "report": "taken", "creator": name})
                if group.request("POST", "/v1/needs-creating", body=body, token=group.creator, connection=connection).status == 200:
                    got[name].append(vm["name"])
    threads = [threading.Thread(target=creator, args=(name,)) for name in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = sorted(sum(got.values(), []))
    assert taken == sorted(["db1", "web1", "web2"] + [f"vm{number}" for number in range(20)])
    for name, vms in got.items():
        assert {group.show(vm)["lease"]["by"] for vm in vms} <= {name}


@pytest.mark.parametrize("vm, what, status, code", [
    ("nobody", "taken", 404, "vm.unknown"), ("alone", "taken", 409, "vm.state"), ("alone", "failed", 200, "error"),
    ("db1", "done", 200, "created"), ("web1", "sold", 400, "body"), ("../x", "taken", 404, "vm.unknown"),
])
def test_reports_out_of_turn(group, vm, what, status, code):
    assert report(group, vm, what) == (status, code)


@pytest.mark.parametrize("body, where", [
    ({}, "vm"), ({"vm": "db1"}, "report"), ({"vm": "db1", "report": "taken"}, "creator"),
    ({"vm": "db1", "report": "taken", "creator": "a b"}, "creator"), ({"vm": "db1", "report": "taken", "creator": "x" * 64}, "creator"),
    ({"vm": "db1", "report": 1, "creator": "x"}, "report"), ({"vm": "x" * 64, "report": "taken", "creator": "x"}, "vm"),
    ({"vm": "db1", "report": "taken", "creator": "x", "lease": "long"}, "lease"),
    ({"vm": "db1", "report": "failed", "creator": "x", "message": "y" * 901}, "message"), ({"vm": None, "report": "taken", "creator": "x"}, "vm"),
])
def test_malformed_reports(group, body, where):
    for work in ("creating", "provisioning"):
        answer = group.request("POST", f"/v1/needs-{work}", body=json.dumps(body), token=group.creator)
        assert (answer.status, answer.json["error"]) == (400, "body")
        assert answer.json["message"].startswith(f"{where}: "), answer.json
    assert listed(group) == ["db1", "web1", "web2"]


def test_long_list_comes_in_parts(fresh):
    fresh.init()
    fresh.add("first", MAC)
    with sqlite3.connect(fresh.data / "newroot.db") as store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(vm)")]
        row = dict(zip(columns, store.execute("SELECT * FROM vm").fetchone()))
        row |= {"imported": 1, "state": "needs creating"}
        for number in range(250):
            row |= {"id": 10 + number, "name": f"vm{number:03}", "mac": f"52:54:00:00:02:{number:02x}", "version": 10 + number}
            store.execute(f"INSERT INTO vm ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
            store.execute("INSERT INTO vm_text (vm, job, spec) VALUES (?, '{}', ?)", (row["id"], json.dumps(SPEC)))
    store.close()
    fresh.start()
    assert listed(fresh) == [f"vm{number:03}" for number in range(200)]
    report(fresh, "vm000", "taken")
    assert listed(fresh)[-1] == "vm200"
