"""Two VMs at once: the service dies while both are installed, and one boots with the other's entry, its token included."""
import shutil
import time

from faults import REFUSED, small_job, wait_unpacking
from jobs import GIB, install_job
from process import wait_until

VMS = 2
INSTALL_S = 900
AWAY_S = 5


def counts(lab, name):
    """For each boot: how many events were stored, and the highest number that was acknowledged."""
    return {boot["boot"]: (boot["stored"], boot["taken"]) for boot in lab.service.show(name)["boots"]}


def test_service_killed(lab, inputs):
    """Nothing it had acknowledged is lost, and both go on."""
    vms = [lab.vm(name, lambda address: small_job(lab, inputs, address, hostname=name, finish="poweroff", kernel={
        "url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]}), [2 * GIB], group="shop")
        for name in ("web1", "web2")]
    for vm in vms:
        vm.start("n")
    for vm in vms:
        wait_unpacking(lab, vm)
    lab.service.kill()
    before = {vm.name: counts(lab, vm.name) for vm in vms}
    time.sleep(AWAY_S)
    lab.service.start()
    for vm in vms:
        vm.wait_for(r"installed; next", INSTALL_S)
        vm.wait_end(120)
        assert lab.service.state(vm.name) == "needs provisioning"
        after = counts(lab, vm.name)
        assert after.keys() == before[vm.name].keys(), "one boot, the same"
        for boot, (stored, taken) in after.items():
            assert stored == taken > before[vm.name][boot][1]
        numbers = [event["seq"] for event in lab.service.events(vm.name)]
        assert numbers == list(range(1, len(numbers) + 1)), "no gap, and nothing twice"
        ended = [event["step"] for event in lab.service.events(vm.name) if event["type"] == "end"]
        assert len(ended) == len(set(ended)), "no step was done twice"


def entry(lab, vm):
    return lab.service.data / "boot/ipxe" / f"{vm.mac.replace(':', '-')}.ipxe"


def test_another_vm_with_its_entry(lab, inputs):
    """It has another address: it gets no job, and the VM whose name it uses goes on and is not in error."""
    first, second = [lab.vm(name, lambda address: install_job(lab, inputs, address, name, root=inputs.mini, data=inputs.large_data, finish="poweroff"),
                            [2 * GIB, 2 * GIB]) for name in ("web1", "web2")]
    first.start("n")
    wait_until("the job is handed out", lambda: "web1: job handed out" in (lab.folder / "server.log").read_text(), INSTALL_S)
    shutil.copy(entry(lab, first), entry(lab, second))
    second.start("n")
    assert second.wait_for(REFUSED, INSTALL_S)[1] == "service.identity"
    assert lab.service.state("web1") == "configuring", "it is installed meanwhile"
    first.wait_for(r"installed; next", INSTALL_S)
    first.wait_end(120)
    assert lab.service.state("web1") == "needs provisioning"
    assert "state error" not in lab.service.cli("show", "web1")
