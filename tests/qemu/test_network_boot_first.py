"""A VM that always tries the network first, in order: cut off while it is installed, and restarted once it is."""
import re

import pytest

from faults import REFUSED, small_job, wait_unpacking
from jobs import GIB
from lab import new_lab
from test_life import boot_mini, with_host_key
from vm import INSTALLED_MEMORY_MIB

INSTALL_S = 900
BOOT_S = 900


@pytest.fixture(scope="module")
def site(inputs):
    with new_lab("network_boot_first", inputs) as lab:
        lab.web1 = lab.vm("web1", lambda address: with_host_key(lab, small_job(
            lab, inputs, address, hostname="web1", finish="poweroff",
            kernel={"url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]})),
            [2 * GIB], memory=INSTALLED_MEMORY_MIB)
        yield lab


def handed_out(lab):
    return (lab.folder / "server.log").read_text().count("web1: job handed out")


def test_power_cut_in_mid_installation(site):
    """Its job was handed out once: it isn't installed again behind the operator's back, and it says what to do."""
    site.web1.start("nc")
    wait_unpacking(site, site.web1)
    site.web1.cut_power()
    site.web1.start("nc")
    seen = site.web1.wait_for(REFUSED, BOOT_S)
    assert seen[1] == "service.not-armed", site.web1.serial()[-2000:]
    site.service.wait_state("web1", "error", 300)
    error = site.service.list()[0]["error"]
    assert "newroot-server retry" in error["text"] + error["help"]
    assert handed_out(site) == 1


def test_retry_completes(site):
    """The agent that was refused hears of the retry, and begins anew by itself."""
    site.service.cli("retry", "web1")
    site.web1.wait_for(r"installed; next", INSTALL_S)
    site.web1.wait_end(300)
    assert handed_out(site) == 2
    assert site.service.state("web1") == "needs provisioning"


def test_installed_vm_boots_its_disk(site):
    """From the network it is told to boot from its disk: its data are there, and no job was handed out."""
    boot_mini(site, site.web1, BOOT_S)
    site.service.ssh(site.web1.address, "echo precious > /srv/precious && sync")
    site.web1.stop()
    asked = len(entries_asked(site))
    site.web1.start("nc", installed=True)
    site.web1.wait_for(r"login:", BOOT_S)
    assert len(entries_asked(site)) == asked + 1, "it asked for its boot entry"
    assert site.service.ssh(site.web1.address, "cat /srv/precious") == "precious\n"
    assert handed_out(site) == 2
    assert site.service.state("web1") == "complete"
    site.web1.stop()


def test_pxelinux_boots_its_disk(site):
    site.segment.serve_boot(site.service.data, pxelinux=True)
    asked = len(entries_asked(site))
    site.web1.start("nc", installed=True)
    site.web1.wait_for(r"GNU GRUB", BOOT_S)
    assert len(entries_asked(site)) == asked + 1


def entries_asked(lab):
    log = (lab.folder / "segment" / "dnsmasq.log").read_text(errors="replace")
    return re.findall(rf"sent \S*/boot/\S*{lab.web1.mac.replace(':', '-')}\S* ", log)
