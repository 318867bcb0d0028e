"""Disks are counted in the same order in every boot, though the kernel finds them in another one."""
import collections
import os
import re

import pytest

from bare import boot, drive
from jobs import GIB

BOOTS = int(os.environ.get("BOOTS", "50"))
DISKS = 6
JOB = """{"newroot": 1, "volumes": [{"name": "root", "size": "1GiB", "mount": "/"}],
 "archives": [{"to": "/", "url": "https://service.test/root.tar", "sha256": "%s"}],
 "network": {"hostname": "order"}}""" % ("0" * 64)
SCRIPT = r"""
# Probing goes on beside this program.
while [ $(grep -cE ' (sd[a-z]|vd[a-z]|nvme[0-9]+n1)$' /proc/partitions) -lt %d ]; do sleep 0.1; done
echo names: $(for disk in /sys/block/[snv]*; do readlink -f $disk; done)
newroot plan --job /job.json
""" % DISKS


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


@pytest.mark.parametrize("bus", BUSES)
def test_order(bus, tmp_path):
    drives = [word for number in range(DISKS) for word in drive(tmp_path, number, 4 * GIB)]
    boots = boot(tmp_path, SCRIPT, {"job.json": JOB.encode()}, "-M", "q35", *drives, *BUSES[bus], boots=BOOTS)
    orders = collections.Counter(tuple(re.findall(r" (disk\d) ", said)) for said in boots)
    names = len({re.search("names: (.*)", said)[1] for said in boots})
    print(f"{bus}: {BOOTS} boots, {names} orders of the kernel's names, {len(orders)} of newroot's")
    assert orders == {tuple(f"disk{number}" for number in range(DISKS)): BOOTS}
