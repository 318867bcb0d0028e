"""Disks are counted in the same order in every boot, though the kernel finds them in another one."""
import collections
import os
import re
import subprocess

import pytest

from common import BUILD, until
from vm import accelerator

BOOTS = int(os.environ.get("BOOTS", "50"))
BOOT_S = 60
DISKS = 6
JOB = """{"newroot": 1, "volumes": [{"name": "root", "size": "1GiB", "mount": "/"}],
 "archives": [{"to": "/", "url": "https://service.test/root.tar", "sha256": "%s"}],
 "network": {"hostname": "order"}}""" % ("0" * 64)
# A program of the in-memory system in place of its init: it prints the kernel's names, then the plan, and boots again.
INIT = """#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1
# Probing goes on beside this program.
while [ $(grep -cE ' (sd[a-z]|vd[a-z]|nvme[0-9]+n1)$' /proc/partitions) -lt %d ]; do sleep 0.1; done
echo names: $(for disk in /sys/block/[snv]*; do readlink -f $disk; done)
newroot plan --job /job.json
echo end of boot
reboot -f
"""


def scsi(controller):
    """The targets of one controller, plugged in another order than they are counted in."""
    return ["-device", controller, *(word for number in (5, 3, 0, 1, 4, 2) for word in
                                     ("-device", f"scsi-hd,drive=d{number},serial=disk{number},scsi-id={number}"))]


def on_pci(device):
    return [word for number in (5, 3, 0, 1, 4, 2) for word in ("-device", f"{device},drive=d{number},serial=disk{number},addr=0x{number + 8:x}")]


BUSES = {
    "virtio-scsi": scsi("virtio-scsi-pci"),
    "pvscsi": scsi("pvscsi"),
    "virtio-blk": on_pci("virtio-blk-pci"),
    "nvme": on_pci("nvme"),
    "sata": [word for number in range(DISKS) for word in ("-device", f"ide-hd,drive=d{number},bus=ide.{number},serial=disk{number}")],
}


def cpio(folder):
    """A cpio image that the kernel unpacks over initrd.img."""
    (folder / "init-of-the-test").write_text(INIT % DISKS)
    (folder / "init-of-the-test").chmod(0o755)
    (folder / "job.json").write_text(JOB)
    image = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=folder, input=b"init-of-the-test\njob.json\n", stdout=subprocess.PIPE, check=True)
    return image.stdout


def drives(folder):
    for number in range(DISKS):
        path = folder / f"disk{number}"
        with open(path, "wb") as disk:
            disk.truncate(4 << 30)
        yield from ("-drive", f"if=none,id=d{number},file={path},format=raw")


@pytest.mark.parametrize("bus", BUSES)
def test_order(bus, tmp_path):
    initrd = (BUILD / "initrd.img").read_bytes()
    # An image that is not compressed begins at a multiple of four bytes.
    (tmp_path / "initrd").write_bytes(initrd + bytes(-len(initrd) % 4) + cpio(tmp_path))
    log = tmp_path / "serial"
    log.touch()
    vm = subprocess.Popen(["qemu-system-x86_64", "-M", "q35", "-accel", accelerator(), "-m", "256", "-smp", "2", "-nodefaults", "-display", "none",
                           "-kernel", str(BUILD / "vmlinuz"), "-initrd", str(tmp_path / "initrd"), "-append", "rdinit=/init-of-the-test quiet",
                           "-serial", f"file:{log}", *drives(tmp_path), *BUSES[bus]], stdin=subprocess.DEVNULL)
    try:
        until(lambda: log.read_text(errors="replace").count("end of boot") >= BOOTS, lambda: log.read_text(errors="replace")[-3000:], BOOTS * BOOT_S)
    finally:
        vm.kill()
        vm.wait()
    boots = log.read_text(errors="replace").split("end of boot")[:BOOTS]
    orders = collections.Counter(tuple(re.findall(r" (disk\d) ", boot)) for boot in boots)
    names = len({re.search("names: (.*)", boot)[1] for boot in boots})
    print(f"{bus}: {BOOTS} boots, {names} orders of the kernel's names, {len(orders)} of newroot's")
    assert orders == {tuple(f"disk{number}" for number in range(DISKS)): BOOTS}
