"""An installation that is held begins anew in the same VM when the operator says so."""
from faults import small_job
from jobs import GIB
from process import wait_until


def test_new_start(lab, inputs):
    def waiting():
        return lab.service.show("db1")["waiting"] or ""
    vm = lab.vm("db1", lambda address: small_job(lab, inputs, address), [2 * GIB], group="shop")
    vm.start("n")
    vm.wait_for(r"fetch +done", 600)
    lab.service.cli("hold", "db1")
    wait_until("held", lambda: waiting().startswith("held before"), 60)
    lab.service.cli("cancel", "db1")
    lab.service.cli("retry", "db1")
    vm.wait_for("the service wants this machine to begin anew", 300)
    vm.wait_for("beginning anew", 300)
    wait_until("held again", lambda: waiting().startswith("held before"), 60)
    lab.service.cli("release", "db1")
    vm.wait_for(r"unpack +unpack the archives", 600)
    assert waiting() == ""
    vm.stop()
    boots = lab.service.show("db1")["boots"]
    assert len(boots) == 2
    assert all(boot["stored"] == boot["taken"] for boot in boots), boots
