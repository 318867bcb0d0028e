"""The creator's part, with VMs that only try to boot from the network: nothing is installed here."""
import os
import signal
import threading
import time

import pytest
from api import Away
from creator import Creator, Lease
from jobs import GIB, document, shop_vm
from process import wait_until

VMS = 2
SECONDS = 300


def import_shop(lab, names, **defaults):
    lab.import_document(document(lab, lab.inputs, [shop_vm(name, 11 + number, "app") for number, name in enumerate(names)],
                                 memory="64MiB", **defaults))
    lab.segment.stop_boot()


def states(lab):
    return {vm["name"]: vm["state"] for vm in lab.service.list()}


def qemu_of(lab, name, creator="qemu"):
    """The pid of a VM's QEMU, once it runs."""
    file = lab.folder / creator / name / "pid"
    return int(wait_until(f"{file}", lambda: file.exists() and file.read_text().strip(), SECONDS))


def is_running(pid):
    return os.path.exists(f"/proc/{pid}")


def test_makes_no_more_at_once_than_its_limit(lab):
    import_shop(lab, ["db1", "db2", "web1"])
    creator = lab.creator(limit=2)
    wait_until("two are created", lambda: list(states(lab).values()).count("created") == 2, SECONDS)
    time.sleep(3)
    assert sorted(states(lab).values()) == ["created", "created", "needs creating"]
    made = [name for name, state in states(lab).items() if state == "created"]
    command = [open(f"/proc/{qemu_of(lab, name)}/cmdline").read().split("\0") for name in made]
    macs = {vm["name"]: vm["mac"] for vm in lab.service.list()}
    for name, words in zip(made, command):
        assert words[words.index("-m") + 1] == "64" and words[words.index("-smp") + 1] == "1"
        assert any(word.endswith(f"mac={macs[name]}") for word in words)
        assert [(lab.folder / "qemu" / name / f"disk{number}.img").stat().st_size for number in (0, 1)] == [2 * GIB, 2 * GIB]
    pids = [qemu_of(lab, name) for name in made]
    creator.send_signal(signal.SIGTERM)
    assert creator.wait(120) == 0
    assert not any(is_running(pid) for pid in pids), "a creator that ends stops what it started"


def test_starts_what_was_cut_off(lab):
    import_shop(lab, ["web1"])
    lab.creator()
    pid = qemu_of(lab, "web1")
    wait_until("created", lambda: states(lab)["web1"] == "created", SECONDS)
    os.kill(pid, signal.SIGKILL)
    again = wait_until("another QEMU", lambda: qemu_of(lab, "web1") != pid and qemu_of(lab, "web1"), SECONDS)
    assert is_running(again)
    assert (lab.folder / "qemu" / "web1" / "serial-2.log").exists()


def test_tells_what_failed(lab):
    """The document names a network that this creator doesn't have; mended and tried again, the VM is made."""
    import_shop(lab, ["web1"], network="elsewhere")
    lab.creator()
    lab.service.wait_state("web1", "error", SECONDS)
    assert "there is no network 'elsewhere' here, only shop-net" in lab.service.list()[0]["error"]["text"]
    import_shop(lab, ["web1"])
    lab.service.cli("retry", "web1")
    lab.service.wait_state("web1", "created", SECONDS)


def test_two_creators_never_make_the_same_vm(lab):
    names = [f"web{number}" for number in range(4)]
    import_shop(lab, names)
    for creator in ("one", "other"):
        lab.creator(name=creator, limit=2)
    wait_until("all are created", lambda: set(states(lab).values()) == {"created"}, SECONDS)
    made = [sorted(path.parent.name for path in (lab.folder / creator).glob("*/pid")) for creator in ("one", "other")]
    assert sorted(made[0] + made[1]) == names
    assert len(made[0]) == len(made[1]) == 2


class DeafService:
    """A service that keeps what it is told, and is away when it shall be."""

    def __init__(self, lease_s=0.3):
        self.lease_s, self.told, self.away = lease_s, [], []

    def report(self, work, vm, report, message=""):
        if report in self.away:
            raise Away("cut off")
        self.told.append((work, vm, report))

    def needs(self, work):
        return []


def test_a_lease_is_renewed_while_work_goes_on():
    service = DeafService()
    others = set(threading.enumerate())
    began = time.monotonic()
    with Lease(service, "creating", "web1"):
        wait_until("five times", lambda: len(service.told) >= 5, SECONDS)
    told = len(service.told)
    assert told <= (time.monotonic() - began) / (service.lease_s / 3), "three times in each lease"
    assert set(service.told) == {("creating", "web1", "taken")}
    time.sleep(0.3)
    assert len(service.told) == told and set(threading.enumerate()) <= others


def test_what_the_service_did_not_hear_is_told_later(tmp_path):
    service = DeafService()
    creator = Creator(service, None, tmp_path, 2, "br0", {})
    service.away = ["done"]
    with pytest.raises(Away):
        creator.work("creating", {"name": "web1"}, lambda entry: None)
    assert service.told == [("creating", "web1", "taken")]
    service.away = []
    creator.round()
    creator.round()
    assert service.told[-1] == ("creating", "web1", "done") and len(service.told) == 2
