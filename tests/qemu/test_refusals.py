"""What must be refused before anything is written: the disks stay as they were, byte for byte."""
import re
import shutil

from faults import expect_event, expect_refusal, fingerprint, scribble, small_disks, small_job
from jobs import GIB
from lab import Service
from process import wait_until


def test_unknown_ca(lab, inputs):
    """The site image of another site: its CA did not sign this service."""
    other = Service(lab.segment, lab.folder / "other")
    other.init()
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address), small_disks())
    shutil.copy(other.data / "boot" / "site.img", lab.service.data / "boot" / "site.img")
    expect_refusal(vm, "tls.untrusted")
    assert lab.service.events("db1") == [], "nothing was said to a service that can't be trusted"


def test_expired_certificate(lab, inputs):
    lab.service.close()
    lab.service.cli("cert", "renew", "--days", "-1")
    # With the CA's key at hand it would be renewed at once.
    (lab.service.data / "ca.key").rename(lab.service.data.parent / "ca.key")
    lab.service.start()
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address), small_disks())
    expect_refusal(vm, "tls.expired")


def test_wrong_host_name(lab, inputs):
    """The right CA, but the certificate is for another address."""
    lab.service.close()
    shutil.rmtree(lab.service.data)
    lab.open(address="10.77.0.99")
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address), small_disks())
    expect_refusal(vm, "tls.name")


def test_volumes_larger_than_disks(lab, inputs):
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address, volumes=[
        {"name": "root", "size": "900MiB", "mount": "/"}, {"name": "data", "size": "40GiB", "mount": "/data"}]),
        small_disks())
    expect_refusal(vm, "machine.space")
    event = expect_event(lab, vm, "machine.space")
    assert event["step"] in ("check", "plan")


def test_options_that_mkfs_refuses(lab, inputs):
    """mkfs itself is asked; the options of the second volume are fine."""
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address, volumes=[
        {"name": "root", "size": "900MiB", "mount": "/", "mkfs_options": ["-m", "1"]},
        {"name": "data", "size": "64MiB", "mount": "/data", "fs": "ext3", "mkfs_options": ["-m", "1"]}]), small_disks())
    expect_refusal(vm, "job.value")
    event = expect_event(lab, vm, "job.value")
    assert event["step"] == "check" and event["where"] == "/volumes/0/mkfs_options"
    assert "mkfs.xfs refuses these options" in event["message"] and "errors" not in event["message"]


def test_unknown_job_key(lab, inputs):
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address, volumens=[]), small_disks())
    expect_refusal(vm, "job.unknown-key")
    event = expect_event(lab, vm, "job.unknown-key")
    assert event["where"] == "/volumens"


def test_missing_archive(lab, inputs):
    def job(address):
        wanted = small_job(lab, inputs, address)
        wanted["archives"][0]["url"] += ".gone"
        return wanted
    vm = lab.vm("db1", job, small_disks())
    expect_refusal(vm, "archive.missing")
    expect_event(lab, vm, "archive.missing")


def test_plan_mode_writes_nothing(lab, inputs):
    """What would be done to which disk, to the byte: shown and reported, not done. Nor is it done to other disks than those that were shown."""
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address), [GIB, GIB])
    lab.service.cli("boot", "db1", "--mode", "plan")
    scribble(vm)
    before = fingerprint(vm)
    vm.start("n")
    vm.wait_for(r"mode plan: nothing more is done", 180)
    # The console tells of it before the service has taken it.
    plans = wait_until("the plan is reported", lambda: [
        event["text"] for event in lab.service.events("db1") if event["type"] == "plan"], 30)
    assert len(plans) == 1 and "/dev/vda" in plans[0] and "/dev/local/root" in plans[0]
    # The service reads archives when the machine has nothing else to do.
    assert re.search(r"(6\.\S+|not looked into) +kernel package +booted", plans[0]), plans[0]
    vm.stop()
    assert fingerprint(vm) == before

    # The disks change places: what was shown is not what the first one is now.
    vm.disks.reverse()
    lab.service.cli("boot", "db1", "--mode", "install")
    expect_refusal(vm, "plan.disks-changed", stop=False)
    event = expect_event(lab, vm, "plan.disks-changed")
    assert event["step"] == "check" and "serial 'disk1'" in event["message"] and "serial 'disk0'" in event["message"]
    lab.service.cli("boot", "db1", "--forget-plan")
    lab.service.cli("retry", "db1")
    wait_until("the disks are accepted", lambda: any(
        event["type"] == "begin" and event["step"] == "partition" for event in lab.service.events("db1")), 300)
    vm.stop()
