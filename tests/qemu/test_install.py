"""A blank VM PXE-boots and comes back as a running system; every file is as in the archives."""
import re
import subprocess

from jobs import GIB, INPUTS, install_job
from lab import TOP, run

MEMORY_MIB = 96


def install(lab, vm, seconds=1500):
    """Network boot to the end of the installation."""
    vm.start("n")
    vm.wait_for(r"installed; next", seconds)
    vm.wait_end(120)


def boot_installed(lab, vm, seconds=300):
    vm.start("c")
    vm.wait_for(r"login:", seconds)
    lab.service.wait_state(vm.name, "complete", 120)


def test_install(lab, inputs):
    vm = lab.vm("db1", lambda address: install_job(lab, inputs, address), [2 * GIB, 2 * GIB], memory=MEMORY_MIB)
    assert sum(path.stat().st_size for path in (inputs.root, inputs.data)) > MEMORY_MIB << 20
    install(lab, vm)
    boot_installed(lab, vm)
    events = lab.service.events("db1")
    check_sequences(events)
    check_layout(lab, vm)
    check_files(lab, vm, inputs)


def check_sequences(events):
    """Each boot's events are numbered from 1 without a gap."""
    boots = {}
    for event in events:
        boots.setdefault(event["boot"], []).append(event["seq"])
    assert len(boots) == 2, "one boot installs, one checks in"
    for numbers in boots.values():
        assert numbers == list(range(1, len(numbers) + 1))


def check_layout(lab, vm):
    def inside(command):
        return vm.ssh(lab.service, vm.address, command)

    mounts = {line.split()[1]: line.split() for line in inside("cat /proc/mounts").splitlines()}
    assert mounts["/"][2] == "xfs" and mounts["/data"][2] == "xfs" and mounts["/boot"][2] == "ext3"
    assert "root=/dev/local/root" in inside("cat /proc/cmdline")
    assert len(inside("cat /proc/swaps").splitlines()) == 2
    volumes = inside("newroot lvm vgs --noheadings --units b --nosuffix -o vg_name,pv_count,vg_free")
    name, pvs, free = volumes.split()[-3:]
    assert (name, pvs) == ("local", "2") and int(free) > 0
    devices = inside("newroot lvm pvs --noheadings -o pv_name")
    assert re.findall(r"/dev/\w+", devices) == ["/dev/vda2", "/dev/vdb"]


def check_files(lab, vm, inputs):
    """Owner, mode, mtime, size, hash, link count, xattrs, ACLs, capabilities: of every file."""
    expected = run([INPUTS / "manifest-of", inputs.root, inputs.data])
    assert expected


def test_lab_is_isolated(lab):
    """Traffic of the laboratory stays in it: it has no route out."""
    routes = subprocess.run(lab.segment.inside("ip", "-4", "route"), capture_output=True, text=True, check=True).stdout
    assert routes.split() == ["10.77.0.0/24", "dev", "br0", "proto", "kernel", "scope", "link", "src", "10.77.0.1"]
