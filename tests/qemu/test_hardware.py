"""Other machines than virtio ones: their disks and NICs, and a GPT with GRUB in its own partition."""
import pytest

from faults import small_job
from jobs import GIB, MIB
from process import run
from test_life import boot_installed, install

# The hardware, and what its job asks for: an old guest's filesystems on a cloud's devices, new ones on plain ones.
MACHINES = {
    "vmware": ({"bus": "pvscsi", "nic": "vmxnet3"}, {"profile": "2.6.18"}),
    "bare": ({"bus": "sata", "nic": "e1000e"}, {"boot": {"size": "256MiB", "fs": "ext4"}}),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_gpt_on(lab, inputs, machine):
    hardware, wishes = MACHINES[machine]
    vm = lab.vm("db1", lambda address: small_job(
        lab, inputs, address, table="gpt", finish="reboot", **wishes,
        kernel={"url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]}),
        [2 * GIB, 512 * MIB], **hardware)
    install(lab, vm)
    dump = run(["sfdisk", "--dump", vm.disks[0]])
    assert "label: gpt" in dump
    assert "21686148-6449-6E6F-744E-656564454649" in dump, "GRUB's own partition"
    boot_installed(lab, vm)
