"""What the refusal cases share: disks that must not change, and how a refusal is seen."""
import hashlib
import pathlib
import re
import subprocess
import sys

from jobs import GIB, MIB, install_job
from lab import GATEWAY
from process import die_with_parent, wait_until

HERE = pathlib.Path(__file__).resolve().parent
REFUSED = r"FAILED \[([a-z.-]+)\]"


def scribble(vm):
    """Give the blank disks recognisable contents at both ends and in the middle."""
    for path in vm.disks:
        with open(path, "r+b") as disk:
            size = disk.seek(0, 2)
            for offset in (0, 512, MIB, size // 2, size - 4096):
                disk.seek(offset)
                disk.write(f"precious {offset}".encode() * 20)


def fingerprint(vm):
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in vm.disks]


def small_disks():
    return [GIB, GIB // 2]


def expect_refusal(vm, code, seconds=600, stop=True):
    """Boot it; it must refuse with `code` on its console, and leave every byte of its disks alone. `stop`: then it is switched off."""
    scribble(vm)
    before = fingerprint(vm)
    vm.start("n")
    seen = vm.wait_for(REFUSED, seconds)
    assert seen[1] == code, vm.serial()[-2000:]
    vm.wait_for(r"the machine stays up", 300)
    if stop:
        vm.stop()
    assert fingerprint(vm) == before


def expect_event(lab, vm, code):
    """The service has the error, with its code, and words of help for a person."""
    errors = wait_until(f"{vm.name} reports its error", lambda: lab.service.errors(vm.name), 300)
    assert errors[-1]["code"] == code, errors
    assert len(errors[-1]["message"]) > 20
    return errors[-1]


def wait_unpacking(lab, vm, seconds=900):
    """Until its archives flow."""
    def flows():
        assert not lab.service.errors(vm.name), vm.serial()[-2000:]
        return any(event["type"] == "progress" and event["step"] == "unpack" for event in lab.service.events(vm.name))
    wait_until(f"{vm.name} unpacks", flows, seconds)


def boot_code(vm):
    """The part of LBA 0 that a BIOS runs; all zero means that nothing boots from this disk."""
    with open(vm.disks[0], "rb") as disk:
        return disk.read(440)


def small_job(lab, inputs, address, hostname="db1", **changes):
    """A job of one archive, for cases that need not boot."""
    volumes = [{"name": "root", "size": "900MiB", "mount": "/"}]
    job = install_job(lab, inputs, address, hostname, volumes=volumes, finish="wait",
                      archives=[{"to": "/", "url": lab.archive(inputs.mini), "sha256": inputs.sums[inputs.mini]}])
    job.update(changes)
    return job


class Origin:
    """origin.py on the segment; a context manager."""

    def __init__(self, lab, file, cuts, port=9443):
        self.log = lab.folder / "origin.log"
        self.url = f"https://{GATEWAY}:{port}/{file.name}"
        script = str(HERE / "origin.py")
        argv = [sys.executable, "-B", script, GATEWAY, str(port), str(lab.service.data), str(file), cuts]
        self.argv = lab.segment.inside(*argv)

    def __enter__(self):
        out = open(self.log, "wb")
        self.process = subprocess.Popen(self.argv, stdout=out, stderr=out, preexec_fn=die_with_parent)
        wait_until("origin", lambda: "listening" in self.log.read_text(), 120)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ranges(self):
        return re.findall(r"^GET bytes=(\d+)- ", self.log.read_text(), re.M)
