"""VMware's devices: their drivers, and a GPT with GRUB in its own partition. test_old_disks.py has plain ones."""
from faults import small_job
from jobs import GIB, MIB
from process import run
from test_life import boot_mini, install


def test_gpt_on_vmware(lab, inputs):
    """An old guest's filesystems on a cloud's devices."""
    vm = lab.vm("db1", lambda address: small_job(
        lab, inputs, address, table="gpt", finish="reboot", profile="2.6.18",
        kernel={"url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]}),
        [2 * GIB, 512 * MIB], bus="pvscsi", nic="vmxnet3")
    install(lab, vm)
    dump = run(["sfdisk", "--dump", vm.disks[0]])
    assert "label: gpt" in dump
    assert "21686148-6449-6E6F-744E-656564454649" in dump, "GRUB's own partition"
    boot_mini(lab, vm)
