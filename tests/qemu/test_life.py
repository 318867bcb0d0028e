"""The life of one VM, in order: blank, installed over the network, rescued, booted from its disk, installed again."""
import re

import pytest

from jobs import GIB, install_job
from lab import new_lab
from process import run
from vm import BUILD, TOP

MEMORY_MIB = 96
# What the installation itself changes; everything else must be as in the archives.
CONFIGURED = ["etc", "etc/fstab", "etc/hostname", "etc/hosts", "etc/resolv.conf", "etc/network*", "etc/inittab", "etc/init.d*",
              "etc/rc*.d*", "root", "root/.ssh*", "boot", "lib/modules*", "usr/lib", "usr/lib/modules*", "usr/sbin", "var/lib", "etc/udev*", "etc/ssh*",
              "data", "."]


@pytest.fixture(scope="module")
def life(inputs):
    """One laboratory and one VM for all cases of this file: each goes on where the one before ended."""
    with new_lab("life", inputs, pxelinux=True) as lab:
        lab.install_job = lambda address: with_host_key(lab, install_job(lab, inputs, address, data=inputs.large_data))
        lab.db1 = lab.vm("db1", lab.install_job, [2 * GIB, 2 * GIB], memory=MEMORY_MIB, cpus=2)
        yield lab


def with_host_key(lab, job):
    """The installed system's sshd needs a host key: an arbitrary file of the job."""
    key = lab.folder / "host-key"
    if not key.exists():
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    job["files"] = [{"path": "/etc/ssh/ssh_host_ed25519_key", "content": key.read_text(), "mode": "0600"}]
    return job


def install(lab, vm, seconds=1500):
    """Network boot to the end of the installation."""
    vm.start("n")
    vm.wait_for(r"installed; next", seconds)
    vm.wait_end(300)


def boot_installed(lab, vm, seconds=900):
    vm.start("c")
    vm.wait_for(r"login:", seconds)
    lab.service.wait_state(vm.name, "complete", 600)


def boot_mini(lab, vm, seconds=900):
    """The mini root says on its console whether its files are as they were packed."""
    boot_installed(lab, vm, seconds)
    vm.wait_for(r"mini root: all files are as they were packed", seconds)


def test_install(life):
    vm = life.db1
    sizes = [path.stat().st_size for path in (life.inputs.root, life.inputs.large_data)]
    assert sum(sizes) > MEMORY_MIB << 20, "the archives must be larger than the memory"
    install(life, vm)
    assert life.service.state("db1") == "needs provisioning"
    steps = [event["step"] for event in life.service.events("db1") if event["type"] == "end"]
    assert steps == ["contact", "fetch", "check", "plan", "wipe", "partition", "lvm", "format", "mount", "unpack", "kernel",
                     "initrd", "configure", "verify", "snapshot", "bootloader", "finish"]


def test_rescue(life):
    """Over ssh: assemble the system, compare every file, run the boot loader step again."""
    vm = life.db1
    life.service.cli("boot", "db1", "--mode", "rescue")
    vm.start("n")
    vm.wait_for(r"mode rescue", 600)

    def inside(command, seconds=600):
        return life.service.ssh(vm.address, command, seconds=seconds)

    inside("newroot rescue mount")
    assert re.search(r"^/dev/(mapper/local-|local/)root /newroot xfs ", inside("cat /proc/mounts"), re.M)
    compare_files(life, vm)
    inside("newroot apply --only bootloader")
    inside("newroot rescue umount")
    assert "/newroot" not in inside("cat /proc/mounts")
    inside("sync")
    vm.stop()


def compare_files(lab, vm):
    """Owner, mode, mtime, size, hash, link count, xattrs, ACLs, capabilities: of every file of the archives."""
    program = lab.folder / "manifest"
    run([BUILD / "sysroot" / "bin" / "musl-cc", "-O2", "-static", "-o", program, TOP / "tests" / "qemu" / "manifest.c",
         "-lnettle"])
    run(["sh", "-c", 'exec "$@" < "$0"', program, *lab.service.ssh_argv(vm.address, "cat > /manifest && chmod +x /manifest")])
    # A second look at the root without what is mounted inside it (dev, proc, sys).
    lab.service.ssh(vm.address, "mkdir /look && mount --bind /newroot /look")
    for archive, folder in ((lab.inputs.root, "/look"), (lab.inputs.large_data, "/newroot/data")):
        found = lab.folder / f"found{folder.replace('/', '-')}"
        found.write_text(lab.service.ssh(vm.address, f"/manifest {folder}", seconds=600))
        skipped = CONFIGURED if folder == "/look" else ["."]
        print(run([TOP / "tests" / "qemu" / "manifest.py", archive, "--compare", found, *skipped]))
    lab.service.ssh(vm.address, "umount /look")


def test_boots_from_its_disk(life):
    vm = life.db1
    boot_installed(life, vm)
    check_sequences(life.service.events("db1"))
    check_layout(life, vm)
    vm.stop()


def check_sequences(events):
    """Each boot's events are numbered from 1 without a gap."""
    boots = {}
    for event in events:
        boots.setdefault(event["boot"], []).append(event["seq"])
    assert len(boots) >= 3, "an installation, a rescue, a first boot"
    for numbers in boots.values():
        assert numbers == list(range(1, len(numbers) + 1))


def check_layout(lab, vm):
    def inside(command):
        return lab.service.ssh(vm.address, command)

    mounts = {line.split()[1]: line.split() for line in inside("cat /proc/mounts").splitlines()}
    assert mounts["/"][2] == "xfs" and mounts["/data"][2] == "xfs" and mounts["/boot"][2] == "ext3"
    assert "root=/dev/local/root" in inside("cat /proc/cmdline")
    assert len(inside("cat /proc/swaps").splitlines()) == 2
    name, pvs, free = inside("newroot lvm vgs --noheadings --units b --nosuffix -o vg_name,pv_count,vg_free").split()[-3:]
    assert (name, pvs) == ("local", "2") and int(free) > 0
    assert sorted(re.findall(r"/dev/\w+", inside("newroot lvm pvs --noheadings -o pv_name"))) == ["/dev/vda2", "/dev/vdb"]


def test_again_over_an_active_vg(life):
    """The same VM is installed once more: its VG `local` is in the way."""
    life.service.arm("db1")
    install(life, life.db1)


def test_again_with_a_missing_pv(life):
    """Its second disk was replaced: the old VG can't be activated, the new one has the same name."""
    old = life.folder / "old-disk1.img"
    life.db1.disks[1].rename(old)
    with open(life.db1.disks[1], "wb") as disk:
        disk.truncate(2 * GIB)
    life.service.arm("db1")
    install(life, life.db1)
    boot_installed(life, life.db1)
    life.db1.stop()


def test_boots_beside_another_vg_of_its_name(life):
    """Somebody attaches the replaced disk again: a VG `local` too, but not the one to boot from."""
    life.db1.disks.append(life.folder / "old-disk1.img")
    life.db1.start("c")
    life.db1.wait_for(r"login:", 900)
    mounts = life.service.ssh(life.db1.address, "cat /proc/mounts; ls /dev/vdc")
    assert re.search(r"^/dev/\S+ / xfs ", mounts, re.M) and re.search(r"^/dev/\S+ /data xfs ", mounts, re.M)
