"""Reinstalling over what old disks carry at their ends: it must be gone, and the system must boot. On plain hardware."""
import struct

from faults import small_job
from jobs import GIB
from process import run
from test_life import boot_mini, install

SECTOR = 512


def md_superblock_at_the_end(path):
    """A member of an old RAID 1 with metadata 1.0, 8 KiB before the end (linux/raid/md_p.h)."""
    size = path.stat().st_size
    offset = (size // SECTOR - 16) // 8 * 8 * SECTOR
    block = bytearray(4096)
    struct.pack_into("<IIII", block, 0, 0xA92B4EFC, 1, 0, 0)
    block[16:32] = bytes(range(16))
    block[32:64] = b"oldhost:0".ljust(32, b"\0")
    struct.pack_into("<QiIQIIII", block, 64, 1_600_000_000, 1, 0, size // SECTOR - 32, 0, 2, 0, 0)
    struct.pack_into("<QQQQIIII", block, 128, 0, size // SECTOR - 32, offset // SECTOR, 0, 0, 0, 0, 0)
    struct.pack_into("<QQQII", block, 192, 1_700_000_000, 42, 0xFFFFFFFFFFFFFFFF, 0, 2)
    struct.pack_into("<HH", block, 256, 0, 1)
    struct.pack_into("<I", block, 216, checksum(block[:260]))
    with open(path, "r+b") as disk:
        disk.seek(offset)
        disk.write(block)
    assert "linux_raid_member" in run(["blkid", "-p", path])


def checksum(block):
    """calc_sb_1_csum() of the kernel's md driver: 32-bit words summed with the checksum as zero."""
    total = sum(struct.unpack(f"<{len(block) // 4}I", bytes(block)))
    return (total & 0xFFFFFFFF) + (total >> 32) & 0xFFFFFFFF


def backup_gpt_only(path):
    """A GPT whose first copy was overwritten: tools still find the one at the end."""
    run(["sgdisk", "--new=1:2048:+300M", "--new=2:0:0", "--typecode=2:8e00", path])
    with open(path, "r+b") as disk:
        disk.seek(SECTOR)  # the protective MBR stays: without it, no tool looks for the copy
        disk.write(bytes(33 * SECTOR))
    assert "gpt" in run(["sfdisk", "--dump", path])


def zfs_labels(path):
    """Four labels, two at each end, each with the 128 uberblocks of a pool of 512-byte sectors (zfs(4), on-disk format)."""
    size = path.stat().st_size
    with open(path, "r+b") as disk:
        for place in (0, 256 << 10, size - (512 << 10), size - (256 << 10)):
            for number in range(128):
                disk.seek(place + (128 << 10) + (number << 10))
                disk.write(struct.pack("<Q", 0x00BAB10C))
    assert "zfs_member" in run(["blkid", "-p", path])


def test_old_signatures_at_the_ends(lab, inputs):
    vm = lab.vm("db1", lambda address: small_job(
        lab, inputs, address, finish="reboot", boot={"size": "256MiB", "fs": "ext4"},
        kernel={"url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]}),
        [2 * GIB, GIB, GIB // 2], bus="sata", nic="e1000e")
    backup_gpt_only(vm.disks[0])
    md_superblock_at_the_end(vm.disks[1])
    zfs_labels(vm.disks[2])
    install(lab, vm)
    dump = run(["sfdisk", "--dump", vm.disks[0]])
    assert "label: dos" in dump
    assert b"EFI PART" not in open(vm.disks[0], "rb").read()[-SECTOR:]
    assert "linux_raid_member" not in run(["blkid", "-p", vm.disks[1]])
    assert "zfs_member" not in run(["blkid", "-p", vm.disks[2]])
    boot_mini(lab, vm)
