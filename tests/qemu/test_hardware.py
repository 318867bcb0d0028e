"""Other machines than virtio ones: their disks and NICs, and a GPT with GRUB in its own partition."""
import pytest

from faults import small_job
from jobs import GIB, MIB
from lab import run
from test_life import boot_installed, install

MACHINES = {
    "vmware": {"bus": "pvscsi", "nic": "vmxnet3"},
    "bare": {"bus": "sata", "nic": "e1000e"},
}


@pytest.mark.parametrize("machine", MACHINES)
def test_gpt_on(lab, inputs, machine):
    vm = lab.vm("db1", lambda address: small_job(
        lab, inputs, address, table="gpt", finish="reboot", boot={"size": "256MiB", "fs": "ext4"},
        kernel={"url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]}),
        [2 * GIB, 512 * MIB], **MACHINES[machine])
    install(lab, vm)
    dump = run(["sfdisk", "--dump", vm.disks[0]])
    assert "label: gpt" in dump
    assert "21686148-6449-6E6F-744E-656564454649" in dump, "GRUB's own partition"
    boot_installed(lab, vm)
