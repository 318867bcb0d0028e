"""The agent against the real service: the job once for each arming, a new start, peers that come first."""
import json
import os
import subprocess
import threading
import time
import uuid

import pytest

from common import BUILD, PATIENCE_S, TOP, under_kernel, until
from migration import change
from service import Boot, Service

MAC, REPLICA = "52:54:00:00:00:11", "52:54:00:00:00:12"


@pytest.fixture
def service(tmp_path):
    """db1 and db2 in a group, as a migration document would have added them."""
    made = Service(BUILD / "newroot-server", tmp_path)
    made.init()
    made.add("db1", MAC, "--group", "shop")
    made.add("db2", REPLICA, "--group", "shop")
    made.start()
    yield made
    made.close()


@pytest.fixture
def ask(service, drive):
    """ask(command): the agent's transport against the service, as a VM."""
    def run(command, mac=MAC, **options):
        return drive(command, f"https://127.0.0.1:{service.port}/", ca=service.data / "ca.pem", mac=mac, **options)
    return run


def complete(service, mac=MAC):
    """An installation and a first boot, told in a few events."""
    boot, first = Boot(), Boot()
    service.post([boot.event("state", state="configuring"), boot.event("state", state="installed")], mac=mac)
    service.post([first.event("state", state="first boot"), first.event("state", state="complete")], mac=mac)


def test_job_goes_to_one_boot(service, ask):
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    assert ask("job", boot=first).ok
    assert ask("job", boot=first).ok, "an answer can get lost"
    refused = ask("job", boot=second)
    assert refused.error == "service.not-armed", refused
    assert first in refused.message and "newroot-server retry db1" in refused.message
    assert ask("job", boot=second, look=True).ok, "who only looks gets it"
    assert ask("job", look=True).ok
    service.cli("arm", "db1")
    assert ask("job", boot=second).ok


@pytest.mark.parametrize("case", ["no-token", "token", "address", "reach"])
def test_a_refused_machine_is_told_what_to_do(service, ask, case):
    """By a code of its own, with help, whichever route it asks."""
    service.cli("remove", "db1")
    address = ("--address", "10.9.9.9") if case == "address" else ()
    service.add("db1", MAC, *address, token="none" if case == "address" else "auto")
    shown = {"token": {"token": "0" * 32}, "reach": {"token": service.token()} if case == "reach" else {}}.get(case, {})
    if case == "reach":
        change(service, "db1", state="cut over", changed_ms=1700000000000)
    for command in ("hello", "job"):
        refused = ask(command, boot=str(uuid.uuid4()), **shown)
        assert refused.error == ("service.reach" if case == "reach" else "service.identity"), refused
    helps = (TOP / "docs/errors.md").read_text()
    assert "| `service.identity` |" in helps and "| `service.reach` |" in helps and "| `http.forbidden` |" in helps


def test_new_start_after_an_error(service, ask):
    boot = Boot()
    assert ask("job", boot=boot.id).ok
    error = [boot.event("begin", step="lvm"), boot.event("error", step="lvm", code="step.lvm", message="broken"),
             boot.event("state", state="error")]
    assert service.post(error).json == {"taken": 3, "hold": False, "again": False, "cutover": False}
    service.cli("retry", "db1")
    assert service.post([boot.event("heartbeat")]).json["again"] is True
    new = Boot()
    assert service.post([new.event("state", state="configuring")]).json["again"] is False
    assert ask("job", boot=new.id).ok
    assert service.post([new.event("heartbeat")]).json["again"] is False


def test_new_start_of_a_machine_that_was_refused_the_job(service, ask):
    """Power failed in the middle of an installation: the machine boots again, and waits in error for the operator."""
    first, second = Boot(), Boot()
    assert ask("job", boot=first.id).ok
    service.post([first.event("state", state="configuring"), first.event("begin", step="unpack")])
    assert ask("job", boot=second.id).error == "service.not-armed"
    service.post([second.event("state", state="configuring"), second.event("error", step="fetch", code="service.not-armed", message="m"),
                  second.event("state", state="error")])
    # The boot with the job could be alive still; it says nothing for a minute.
    until(lambda: service.post([second.event("heartbeat")]).status == 200 and service.show("db1")["state"] == "error", "db1 is in error")
    service.cli("retry", "db1")
    assert service.post([second.event("heartbeat")]).json["again"] is True


def test_no_new_start_while_in_error(service):
    """It never got as far as its job, so that is armed still: only the operator takes it out of the error."""
    boot = Boot()
    answer = service.post([boot.event("error", step="contact", code="net.connect", message="m"),
                           boot.event("state", state="error")])
    assert service.show("db1")["state"] == "error"
    assert answer.json["again"] is False
    service.cli("retry", "db1")
    assert service.post([boot.event("heartbeat")]).json["again"] is True


def complete_after(service, answers, changed):
    """Complete once the peer has had so many answers; `changed` gets the time."""
    counter = 'newroot_requests_total{method="GET",route="/v1/peers/{name}/state",status="200"} '

    def answered():
        text = service.get("/metrics", token=service.operator).body.decode()
        return any(line.startswith(counter) and int(line.removeprefix(counter)) >= answers for line in text.splitlines())

    def work():
        until(answered, "the peer asks")
        time.sleep(1)  # until its next question has come
        changed.append(time.monotonic())
        complete(service)
    threading.Thread(target=work, daemon=True).start()


def test_peer_is_seen_at_once(service, ask):
    """Before the ten seconds are over for which the service keeps the question."""
    changed = []
    complete_after(service, 1, changed)
    result = ask("peer", mac=REPLICA, peer="db1")
    assert result.ok and result.lines[0] == "peer created complete 0", result
    assert result.lines[-2] == "peer complete complete 1"
    assert time.monotonic() - changed[0] < 8


def test_peer_that_does_not_change(service, ask):
    """The service keeps the question for as long as the agent allows, which is less than the agent's patience."""
    changed = []
    complete_after(service, 2, changed)
    result = ask("peer", mac=REPLICA, peer="db1", first_ms=15000)
    assert result.ok and result.lines[:2] == ["peer created complete 0"] * 2, result


@pytest.mark.parametrize("name", ["nobody", "web1"])
def test_peer_of_nobody_or_of_another_group(service, ask, name):
    service.add("web1", "52:54:00:00:00:13", "--group", "other")
    result = ask("peer", mac=REPLICA, peer=name)
    assert result.error == "service.peer" and f'"{name}"' in result.message, result


# In a mount namespace: the installed system's folders, for the shipped program, which knows no others.
INSTALLED = """set -e
mount -t tmpfs none /var/lib && mkdir /var/lib/newroot
mount -t tmpfs none /var/log
touch "$0/console" && mount --bind "$0/console" /dev/console
until "$1" first-boot --config "$0/first-boot.json" && [ -e /var/lib/newroot/first-boot.done ]; do
    echo again >>"$0/again"; sleep 0.2
done
cat /var/log/newroot.log
"""


@pytest.fixture
def first_boot(service, tmp_path):
    """The replica's first boot; start() gives its process."""
    started = []

    def start(after):
        (tmp_path / "first-boot.json").write_text(json.dumps({
            "service": f"https://127.0.0.1:{service.port}", "ca": str(service.data / "ca.pem"), "mac": REPLICA,
            "after": after}))
        unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        started.append(subprocess.Popen([*under_kernel(BUILD / "newroot"), *unshare, "sh", "-c", INSTALLED, tmp_path, BUILD / "newroot"],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]
    yield start
    for process in started:
        if process.poll() is None:
            process.kill()


def installed(service, mac):
    boot = Boot()
    service.post([boot.event("state", state="configuring"), boot.event("state", state="installed")], mac=mac)


def waiting(service):
    return service.show("db2")["waiting"]


def test_replica_waits_for_its_master(service, first_boot, tmp_path):
    """Over a kill of the service, and a state of the master that is none to go on with."""
    installed(service, REPLICA)
    process = first_boot(["db1"])
    until(lambda: waiting(service) == "db1 is not complete (created)", "not seen to wait")
    service.kill()
    time.sleep(1)
    service.start()
    installed(service, MAC)
    until(lambda: waiting(service) == "db1 is not complete (needs provisioning)", "change not seen")
    assert process.poll() is None
    master = Boot()
    service.post([master.event("state", state="first boot"), master.event("state", state="complete")])
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out
    vm = service.show("db2")
    assert (vm["state"], vm["waiting"]) == ("complete", None), out
    steps = [row["step"] for row in vm["timeline"]]
    assert steps[-2:] == ["check-in", "peers"], steps
    assert all(boot["stored"] == boot["taken"] for boot in vm["boots"]), vm["boots"]
    assert not (tmp_path / "again").exists(), out


def test_first_boot_is_killed_while_it_waits(service, first_boot, tmp_path):
    """As by a reboot: it begins again, under a boot of its own."""
    installed(service, REPLICA)
    process = first_boot(["db1"])
    until(lambda: waiting(service), "not seen to wait")
    agent = next(p for p in (int(line) for line in subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], stdout=subprocess.PIPE, text=True, check=True).stdout.split()))
    subprocess.run(["kill", "-9", str(agent)], check=True)
    until(lambda: (tmp_path / "again").exists(), "not started again")
    complete(service)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out
    vm = service.show("db2")
    assert vm["state"] == "complete"
    assert len(vm["boots"]) == 3, vm["boots"]
    assert all(boot["stored"] == boot["taken"] for boot in vm["boots"]), vm["boots"]


def test_replica_whose_master_was_removed(service, first_boot, tmp_path):
    installed(service, REPLICA)
    process = first_boot(["db1"])
    until(lambda: waiting(service), "not seen to wait")
    service.cli("remove", "db1")
    # It begins again after each: the state comes and goes.
    error = until(lambda: service.show("db2")["error"], "no error")["text"]
    assert "db1" in error and "service.peer" in error
    service.add("db1", MAC, "--group", "shop")
    complete(service)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out
    assert service.show("db2")["state"] == "complete"
