"""Disks that newroot must not take, in real VMs: those that the BIOS does not start from, that are there twice, that cannot be read."""
import hashlib
import json
import re

import pytest

from bare import boot, drive
from jobs import GIB
from process import run
from vm import BUILD, TOP

CHECK = "newroot apply --only check --yes --job /job.json\n"
SERIALS = [word for number in (0, 1) for word in ("-device", f"virtio-blk-pci,drive=d{number},serial=disk{number},addr=0x{number + 8:x}")]


def job(**disks):
    return json.dumps({"newroot": 1, "disks": {"boot": {"order": 0}, **disks}, "volumes": [{"name": "root", "size": "900MiB", "mount": "/"}],
                       "archives": [{"to": "/", "url": "https://127.0.0.1:1/root.tar", "sha256": "0" * 64}], "network": {"hostname": "db1"}})


def check(folder, script, wanted, *arguments, files=None):
    """What the step says."""
    said = boot(folder, script + CHECK, {"job.json": wanted.encode(), **(files or {})}, *arguments)[0]
    assert "check job, machine and archives" in said, said[-3000:]
    return said


def drives(folder, *sizes):
    return [word for number, size in enumerate(sizes) for word in drive(folder, number, size)]


# The machine, its disks as they are plugged, and the serial of the one that the BIOS starts from: what each BIOS driver tells differs.
MACHINES = {
    "ide and virtio-blk": ("pc", (2, 2), ["ide-hd,drive=d0,serial=ide,bus=ide.0", "virtio-blk-pci,drive=d1,serial=virtio,bootindex=1"], "virtio"),
    "two of ide": ("pc", (2, 2), ["ide-hd,drive=d0,serial=first,bus=ide.0", "ide-hd,drive=d1,serial=second,bus=ide.1,bootindex=1"], "second"),
    "nvme and pvscsi": ("q35", (4, 2), ["pvscsi,addr=0x5", "scsi-hd,drive=d1,serial=pvscsi", "nvme,drive=d0,serial=nvme,addr=0x9,bootindex=1"], "nvme"),
    "virtio-scsi and virtio-blk": ("q35", (2, 4), ["virtio-scsi-pci,addr=0x5", "scsi-hd,drive=d0,serial=scsi",
                                                   "virtio-blk-pci,drive=d1,serial=virtio,addr=0x9,bootindex=1"], "virtio"),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_bios_starts_from_another_disk(machine, tmp_path):
    """The first disk in the order of their places is refused; the one that the message names is accepted."""
    model, sizes, devices, serial = MACHINES[machine]
    arguments = ["-M", model, *drives(tmp_path, *(size * GIB for size in sizes)), *(word for device in devices for word in ("-device", device))]
    refused = check(tmp_path, "", job(), *arguments)
    assert "FAILED [machine.boot-disk]" in refused and f"serial {serial})" in refused
    (tmp_path / "again").mkdir()
    assert "FAILED" not in check(tmp_path / "again", "", job(boot={"serial": serial}), *arguments)


def test_one_disk_by_two_paths(tmp_path):
    paths = [word for number in (0, 1) for word in
             ("-device", f"virtio-scsi-pci,id=scsi{number}", "-device", f"scsi-hd,bus=scsi{number}.0,drive=d{number},wwn=0x5000c50015ea71ac")]
    said = check(tmp_path, "", job(), "-M", "q35", *drives(tmp_path, 2 * GIB, 2 * GIB), *paths)
    assert "FAILED [machine.disk]" in said and "error 1 of 1" in said and "has the same WWN" in said


@pytest.mark.parametrize("offset", (0, 2 * GIB - 4096))
def test_a_disk_that_cannot_be_read(offset, tmp_path):
    """One of its ends has gone bad. It is told by what is printed on it and where it is plugged; no disk is written to."""
    disks = [tmp_path / f"disk{number}" for number in (0, 1)]
    fine = drives(tmp_path, 2 * GIB, 2 * GIB)[:2]
    for path in disks:
        with open(path, "r+b") as disk:
            disk.write(b"precious" * 512)
    broken = ["-blockdev", f"driver=file,node-name=f1,filename={disks[1]}",
              "-blockdev", f"driver=blkdebug,node-name=d1,image=f1,inject-error.0.event=none,inject-error.0.iotype=read,inject-error.0.sector={offset // 512}"]
    before = [hashlib.sha256(path.read_bytes()).digest() for path in disks]
    said = check(tmp_path, "", job(), "-M", "q35", *fine, *broken, *SERIALS)
    assert re.search(fr"/dev/vdb: cannot read the disk at byte {offset}; .* \(serial 'disk1', .* at pci0000:00/0000:00:09\.0", said), said[-3000:]
    assert [hashlib.sha256(path.read_bytes()).digest() for path in disks] == before


def test_a_vg_on_an_array_of_a_disk_outside(tmp_path):
    """It has the name of the new one."""
    arguments = ["-M", "q35", *drives(tmp_path, 2 * GIB, GIB), *SERIALS]
    run([BUILD / "sysroot" / "bin" / "musl-cc", "-O2", "-static", "-o", tmp_path / "md_create", TOP / "tests" / "qemu" / "md_create.c"])
    script = "/md_create /dev/vdb && newroot lvm pvcreate /dev/md0 && newroot lvm vgcreate local /dev/md0\n"
    said = check(tmp_path, script, job(others=[]), *arguments, files={"md_create": (tmp_path / "md_create").read_bytes()})
    assert "/dev/md0" in said and "carries another VG local outside of the plan (on /dev/vdb)" in said
