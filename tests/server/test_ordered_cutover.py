"""A cutover that is ordered here and done by the VMs, and what they are told until then."""
import contextlib
import shlex
import sqlite3

import pytest

from service import Boot

NAMES = {"db1": "db-master", "db2": "db-replica", "web1": "app", "web2": "app"}
MACS = {name: f"52:54:00:00:01:{i:02x}" for i, name in enumerate(NAMES)}


@pytest.fixture
def group(fresh):
    """Four complete VMs whose jobs hold something back, and their boots."""
    fresh.init()
    for name, mac in MACS.items():
        fresh.add(name, mac, "--group", "shop")
    with contextlib.closing(sqlite3.connect(fresh.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm_text SET job = '{\"quarantine\": {}}'")
        store.executemany("UPDATE vm SET role = ? WHERE name = ?", [(role, name) for name, role in NAMES.items()])
        store.commit()
    fresh.start()
    fresh.boots = {name: Boot() for name in NAMES}
    for name in NAMES:
        said(fresh, name, "configuring", "installed", "first boot", "complete")
    return fresh


def said(service, name, *states):
    answer = service.post([service.boots[name].event("state", state=state) for state in states], mac=MACS[name])
    assert answer.status == 200
    return answer.json


def told(service):
    """Who hears now that it is to cut itself over."""
    return [name for name in NAMES
            if service.post([service.boots[name].event("heartbeat")], mac=MACS[name]).json["cutover"]]


def test_a_groups_order_goes_in_waves(group):
    assert told(group) == []
    assert group.cli("cutover", "shop", "--group") == "group shop: cutover\n"
    assert told(group) == ["db1"] and told(group) == ["db1"], "until it is done"
    assert group.show("db1")["cutover"]["after"] is None and group.show("web1")["cutover"]["after"] == "db1"
    assert "cutover   ordered, waits for the VM\n" in group.cli("show", "db1")
    assert "cutover: ordered, goes after db1" in group.cli("watch", "shop", "--once")
    assert said(group, "db1", "cut over")["cutover"] is False
    assert told(group) == ["db2"]
    group.cli("hold", "shop", "--group")
    assert told(group) == []
    group.cli("release", "shop", "--group")
    said(group, "db2", "cut over")
    assert told(group) == ["web1", "web2"], "those of one wave at once"
    said(group, "web2", "cut over")
    assert told(group) == ["web1"]
    said(group, "web1", "cut over")
    assert {group.show(name)["state"] for name in NAMES} == {"cut over"}
    said(group, "web1", "complete")
    assert group.show("web1")["state"] == "complete" and told(group) == [], "undone: that is not ordered again"


def test_one_vm_by_the_command_line(group):
    assert group.cli("cutover", "web1") == "web1: complete, cutover ordered, waits for the VM\n"
    assert told(group) == ["web1"], "who isn't ordered keeps nobody waiting"
    assert group.cli("cutover", "db1") == "db1: complete, cutover ordered, waits for the VM\n"
    assert told(group) == ["db1"]
    assert group.cli("cutover", "db1", "--mark") == "db1: cut over\n"
    assert told(group) == ["web1"]
    assert group.cli("cancel", "web1") == "web1: cancelled, cancelled by the operator\n"
    assert group.cli("retry", "web1") == "web1: complete\n" and told(group) == [], "given up and taken up: the order is gone"


def test_a_silent_vm_is_not_ordered(group):
    with contextlib.closing(sqlite3.connect(group.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm SET seen_ms = seen_ms - 181000 WHERE name = 'web2'")
        store.commit()
    done = group.run("cutover", "shop", "--group", "--data", group.data)
    assert done.returncode == 1 and "web2: cutover of the group by the operator: nothing was heard of it for 180 s" in done.stderr
    assert told(group)[:1] != ["db1"] and group.show("db1")["cutover"] is None, "none of its group is"
    answer = group.act("/v1/vms/web2/cutover")
    assert answer.status == 200, "it has spoken since"
    assert group.act("/v1/groups/shop/mark").status == 200
    assert {group.show(name)["state"] for name in NAMES} == {"cut over"}


def test_a_failed_first_boot_is_told_to_begin_anew(group):
    boot = group.boots["db1"]
    said(group, "db1", "first boot")
    group.post([boot.event("error", step="import", code="database", message="no server"), boot.event("state", state="error")], mac=MACS["db1"])
    assert group.post([boot.event("heartbeat")], mac=MACS["db1"]).json["again"] is False
    assert group.cli("retry", "db1") == "db1: first boot\n"
    assert group.post([boot.event("heartbeat")], mac=MACS["db1"]).json["again"] is True
    assert said(group, "db1", "first boot")["again"] is False
    assert said(group, "db1", "complete") == {"taken": 11, "hold": False, "again": False, "cutover": False}


def test_retry_is_for_what_failed(group):
    """One that stands still without an error is armed: that its disks are erased is to be said."""
    group.cli("arm", "web1")
    said(group, "web1", "configuring")
    done = group.run("retry", "web1", "--data", group.data)
    assert done.returncode == 1 and "refused while it is 'configuring'" in done.stderr


@pytest.mark.parametrize("states", [("configuring",), ("configuring", "installed"), ("configuring", "installed", "first boot"), ("complete",)])
def test_a_cutover_that_nobody_ordered_moves_nothing(group, states):
    """Its wave would let the next one go, and there would be no way back."""
    group.cli("arm", "db1")
    group.boots["db1"] = Boot()
    said(group, "db1", "configuring", *states)
    before = group.show("db1")["state"]
    assert said(group, "db1", "cut over")["cutover"] is False
    shown = group.show("db1")
    assert (shown["state"], shown["claims_cutover"]) == (before, True)
    assert [row["cause"].split(", event")[0] for row in shown["history"][-1:]] == ["refused: cut over"]
    assert "done, says the VM, but not ordered: `cutover db1 --mark` takes its word" in " ".join(group.cli("watch", "shop", "--once").split())
    said(group, "db1", "cut over")
    assert len(group.show("db1")["history"]) == len(shown["history"]), "it is told once"
    for name in ("db2", "web1", "web2"):
        group.cli("cutover", name)
    assert told(group) == ["db2"], "nobody takes the claim for an order, nor waits for it"
    if before == "complete":
        assert group.cli("cutover", "db1", "--mark") == "db1: cut over\n" and not group.show("db1")["claims_cutover"]
    else:
        said(group, "db1", "complete")
        assert not group.show("db1")["claims_cutover"]


@pytest.mark.parametrize("heard", [True, False])
def test_what_was_done_by_hand_is_not_waited_for(group, heard):
    """The service could not reach db1, so an operator cut it over there; the group is ordered later, db1 with it."""
    said(group, "db1", "cut over")
    assert group.show("db1")["claims_cutover"]
    if not heard:
        with contextlib.closing(sqlite3.connect(group.data / "newroot.db", timeout=60)) as store:
            store.execute("UPDATE vm SET seen_ms = seen_ms - 1000000 WHERE name = 'db1'")
            store.commit()
    assert group.cli("cutover", "shop", "--group") == "group shop: cutover\n"
    shown = group.show("db1")
    assert (shown["state"], shown["claims_cutover"], shown["cutover"]) == ("cut over", False, None)
    assert shown["history"][-1]["cause"] == "cutover of the group by the operator: done by hand, as it says"
    assert told(group)[0] == "db2", "the next wave goes on"
    said(group, "db2", "cut over")
    said(group, "web1", "cut over")
    assert {group.show(name)["state"] for name in ("db1", "db2", "web1")} == {"cut over"}


def test_the_printed_way_back_leads_back(group):
    """What the runbook begins it with, given as it stands, long after the cutover: then the VM is heard."""
    group.cli("cutover", "shop", "--group", "--mark")
    with contextlib.closing(sqlite3.connect(group.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm SET changed_ms = 1700000000000")
        store.commit()
    back = group.cli("runbook", "shop").split("## Going back")[1]
    command = shlex.split(back[:back.index("cutover --undo")].split("```sh\n")[1].split("\n")[0])
    assert command[:3] == ["newroot-server", "reopen", "shop"]
    assert group.post([group.boots["db1"].event("heartbeat")], mac=MACS["db1"]).status == 403
    assert group.run(*command[1:]).returncode == 0
    said(group, "db1", "complete")
    assert {group.show(name)["state"] for name in NAMES} == {"complete"} and told(group) == []


def test_there_is_a_way_back(group):
    group.cli("cutover", "db1", "--mark")
    with contextlib.closing(sqlite3.connect(group.data / "newroot.db", timeout=60)) as store:
        store.execute("UPDATE vm SET changed_ms = 1700000000000 WHERE name = 'db1'")
        store.commit()
    assert group.post([group.boots["db1"].event("heartbeat")], mac=MACS["db1"]).status == 403
    assert group.cli("reopen", "db1") == "db1: complete\n"
    assert group.post([group.boots["db1"].event("heartbeat")], mac=MACS["db1"]).status == 200, "it is heard again"
    assert group.show("db1")["history"][-1]["cause"] == "reopen by the operator"
    done = group.run("reopen", "db1", "--data", group.data)
    assert done.returncode == 1 and "refused while it is 'complete'" in done.stderr
    group.act("/v1/vms/db1/mark")
    assert group.act("/v1/groups/shop/reopen").status == 200 and {group.show(name)["state"] for name in NAMES} == {"complete"}
