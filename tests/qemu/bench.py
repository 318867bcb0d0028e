#!/usr/bin/python3
"""`make bench`: what a VM's installation costs, and how unpacking compares with what one would type instead.

Everything is measured in one run on one machine, since machines differ: the ratios are the result.
"""
import json
import re
import shutil
import sys
import time

from jobs import GIB, MIB, Inputs, install_job
from lab import BUILD, Lab
from process import LabError

WORK = BUILD / "bench"
ROUNDS = 3
LEAST_MEMORY_MIB = (96, 88, 80, 72, 64)
VOLUME = "/dev/local/data"


def say(text=""):
    print(text, flush=True)


def sizes():
    say("sizes (bytes)")
    for name in ("newroot", "vmlinuz", "initrd.img"):
        say(f"  {name:<12}{(BUILD / name).stat().st_size:>10}")


def install(lab, vm):
    """Seconds from QEMU's start to the job in hand, and to the end."""
    began = time.monotonic()
    vm.start("n")
    vm.wait_for(r"fetch +done", 300)
    in_hand = time.monotonic() - began
    vm.wait_for(r"installed; next", 1500)
    whole = time.monotonic() - began
    vm.wait_end(120)
    say(f"\nfrom QEMU's start: job in hand {in_hand:.1f} s, installed {whole:.1f} s")
    for event in lab.service.events(vm.name):
        if event["type"] == "end":
            size = event.get("bytes", 0) / MIB
            say(f"  {event['step']:<12}{event['ms_taken'] / 1000:>7.1f} s" + (f"{size:>9.1f} MiB" if size else ""))


class Unpacking:
    """The same archive onto the same volume, made anew each time, in the same VM."""

    def __init__(self, lab, vm, url, job):
        self.lab, self.vm, self.url = lab, vm, url
        lab.service.cli("boot", vm.name, "--mode", "rescue")
        vm.start("n")
        vm.wait_for(r"mode rescue", 180)
        self.inside("mkdir -p /tools && newroot lvm vgchange -ay local && mount /dev/local/root /tools")
        self.inside("cp /etc/newroot/site/ca.pem /tools/ca.pem && cp /etc/resolv.conf /tools/etc/")
        self.inside("mount -t devtmpfs dev /tools/dev && mkdir -p /tools/bench")
        self.inside(f"cat > /job.json <<'END'\n{job}\nEND")

    def inside(self, command, seconds=900):
        return self.lab.service.ssh(self.vm.address, command, seconds=seconds)

    def timed(self, command):
        """Seconds by the VM's own clock, until all is on the disk."""
        out = self.inside(f"sync; echo 3 > /proc/sys/vm/drop_caches; a=$(cut -d' ' -f1 /proc/uptime); set -e; {command}; sync; "
                          "b=$(cut -d' ' -f1 /proc/uptime); echo took $a $b")
        start, end = re.search(r"took (\S+) (\S+)", out).groups()
        return float(end) - float(start)

    def fresh(self, mount):
        self.inside(f"umount {VOLUME} 2>/dev/null; mkfs.xfs -q -f {VOLUME}" + (f" && mount {VOLUME} {mount}" if mount else ""))

    def newroot(self):
        self.fresh(None)
        seconds = self.timed("newroot apply --job /job.json --only unpack >/dev/null")
        self.inside("umount /newroot/boot /newroot")
        return seconds

    def by_shell(self, command):
        self.fresh("/tools/bench")
        seconds = self.timed(f"chroot /tools env LC_ALL=C.UTF-8 sh -c '{command}'")
        self.inside("umount /tools/bench")
        return seconds


def compare(lab, inputs, vm):
    url = lab.archive(inputs.root)
    job = install_job(lab, inputs, vm.address, volumes=[{"name": "data", "size": "1GiB", "mount": "/"}],
                      archives=[{"to": "/", "url": url, "sha256": inputs.sums[inputs.root]}])
    unpacking = Unpacking(lab, vm, url, json.dumps(job))
    token = re.search(r"newroot\.token=(\S+)", unpacking.inside("cat /proc/cmdline"))[1]
    asked = f"{url}?mac={vm.mac}"
    header = f"Authorization: Bearer {token}"
    wget = f'wget -q -O- --ca-certificate=/ca.pem --header "{header}" "{asked}"'
    curl = f'curl -sf --cacert /ca.pem -H "{header}" "{asked}"'
    ways = {
        "newroot (TLS, sha256)": unpacking.newroot,
        "wget | tar xz": lambda: unpacking.by_shell(f"{wget} | tar xz --xattrs --acls -C /bench"),
        "curl | bsdtar": lambda: unpacking.by_shell(f"{curl} | bsdtar -xpf - -C /bench"),
    }
    taken = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(way())
    best = {name: min(seconds) for name, seconds in taken.items()}
    size = inputs.root.stat().st_size / MIB
    say(f"\nunpacking {inputs.root.name} ({size:.1f} MiB), best of {ROUNDS}")
    for name, seconds in best.items():
        ratio = seconds / best["newroot (TLS, sha256)"]
        say(f"  {name:<24}{seconds:>7.1f} s {size / seconds:>7.1f} MiB/s compressed   {ratio:>5.2f} x newroot's time")
    vm.stop()


def least_memory(lab, inputs):
    least = None
    for memory in LEAST_MEMORY_MIB:
        vm = lab.vm(f"small{memory}", lambda address: install_job(lab, inputs, address, data=inputs.large_data), [2 * GIB, 2 * GIB], memory=memory)
        vm.start("n")
        try:
            said = vm.wait_for(r"installed; next|FAILED|died|Out of memory", 1500)[0]
        except LabError:
            said = "nothing"
        vm.stop()
        if said != "installed; next":
            break
        least = memory
    say(f"\nleast memory of a VM that installs the demo's job: {least} MiB (tried {', '.join(map(str, LEAST_MEMORY_MIB))})")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    inputs = Inputs()
    with Lab(WORK) as lab:
        lab.open()
        sizes()
        vm = lab.vm("bench", lambda address: install_job(lab, inputs, address, data=inputs.large_data), [2 * GIB, 2 * GIB], memory=512)
        install(lab, vm)
        compare(lab, inputs, vm)
        least_memory(lab, inputs)


if __name__ == "__main__":
    sys.exit(main())
