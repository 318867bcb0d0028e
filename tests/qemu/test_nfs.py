"""NFS, in order: a server is installed; a VM gets its archives from it; its files are mounted at the old path, whoever boots first."""
import re
import shutil
import tarfile

import pytest

from faults import wait_unpacking
from jobs import GIB, install_job, sha256
from lab import new_lab
from process import LabError, wait_until

VMS = 2
INSTALL_S = 1500
BOOT_S = 900
# mount(8) in the background tries again after up to two minutes.
LATER_S = 600
OLD_PATH = "/srv/share"
NOBODY = "10.77.0.99"
GREETING = "shared since 2009\n"


@pytest.fixture(scope="module")
def site(inputs):
    """One laboratory for all cases of this file: each goes on where the one before ended."""
    with new_lab("nfs", inputs) as lab:
        make_sources(lab)
        lab.files = lab.vm("files", lambda address: server_job(lab, address), [3 * GIB], memory=256)
        lab.server = lab.files.address
        yield lab


def make_sources(lab):
    """What the server shares: {name: hash}, and all of it as an archive."""
    share = lab.folder / "share"
    (share / "linux").mkdir(parents=True)
    (share / "old dumps").mkdir()
    (share / "greeting").write_text(GREETING)
    shutil.copy(lab.inputs.openrc, share / "linux" / "root.tar.zst")
    shutil.copy(lab.inputs.kernel, share / "linux" / lab.inputs.kernel.name)
    (share / "old dumps" / "shop.sql").write_text("create table shop (id int);\n" * 10000)
    fstab = lab.folder / "fstab"
    fstab.write_text("/dev/local/root / xfs defaults 0 1\n")
    with tarfile.open(share / "linux" / "tiny.tar.gz", "w:gz") as tiny:
        tiny.add(fstab, "etc/fstab")
    lab.sums = {str(path.relative_to(share)): sha256(path) for path in share.rglob("*") if path.is_file()}
    lab.share = lab.folder / "share.tar"
    with tarfile.open(lab.share, "w") as archive:
        archive.add(share, ".")


def over_nfs(lab, name, version=""):
    return {"url": f"nfs://{lab.server}{OLD_PATH}/{name.replace(' ', '%20')}{version}", "sha256": lab.sums[name]}


def server_job(lab, address):
    return install_job(
        lab, lab.inputs, address, "files", root=lab.inputs.systemd,
        volumes=[{"name": "root", "size": "2GiB", "mount": "/"}, {"name": "share", "size": "rest", "mount": OLD_PATH}],
        archives=[{"to": "/", "url": lab.archive(lab.inputs.systemd), "sha256": lab.inputs.sums[lab.inputs.systemd]},
                  {"to": OLD_PATH, "url": lab.archive(lab.share), "sha256": sha256(lab.share)}],
        nfs={"exports": [{"path": OLD_PATH, "clients": ["10.77.0.0/24"]}],
             "mounts": [{"from": f"{address}:{OLD_PATH}", "to": "/mnt/own"}, {"from": f"{NOBODY}:/gone", "to": "/mnt/gone"}]},
        services={"disable": ["mariadb", "puppet"]})


def install(vm):
    vm.start("n")
    vm.wait_for(r"installed; next", INSTALL_S)
    vm.wait_end(300)


def boot(lab, vm):
    vm.start("c")
    lab.service.wait_state(vm.name, "complete", BOOT_S)


def error_code(lab, vm, count):
    """The code of its error number `count`."""
    return wait_until(f"{vm.name} reports its error", lambda: lab.service.errors(vm.name)[count - 1:], INSTALL_S)[0]["code"]


def test_the_server_exports(site):
    install(site.files)
    boot(site, site.files)
    assert site.service.ssh(site.server, "exportfs -s").startswith(f"{OLD_PATH}  10.77.0.0/24(")
    assert site.service.ssh(site.server, f"cat {OLD_PATH}/greeting") == GREETING


def test_systemd_mounts_at_the_first_access(site):
    """A mount from a server that isn't there did not delay the boot; one that is there comes when it is wanted."""
    types = "findmnt --noheadings --output FSTYPE --types autofs,nfs,nfs4"
    assert site.service.ssh(site.server, f"{types} /mnt/own; {types} /mnt/gone").split() == ["autofs", "autofs"]
    assert site.service.ssh(site.server, "cat /mnt/own/greeting", seconds=300) == GREETING
    assert "nfs4" in site.service.ssh(site.server, f"{types} /mnt/own").split()


def test_what_is_missing_and_what_is_another(site):
    """A dump that isn't there is found out before anything is written; one that is another, when it has been copied."""
    def job(address):
        later = over_nfs(site, "old dumps/shop.sql", "?vers=3")
        later["url"] = later["url"].replace("shop", "forum")
        return install_job(
            site, site.inputs, address, "db1", kernel=None, volumes=[{"name": "root", "size": "900MiB", "mount": "/"}],
            archives=[{"to": "/", **over_nfs(site, "linux/tiny.tar.gz", "?vers=3")}],
            databases={"dumps": [{"database": "shop", **over_nfs(site, "old dumps/shop.sql", "?vers=4")},
                                 {"database": "forum", **later}]})
    vm = site.vm("db1", job, [2 * GIB])
    vm.start("n")
    assert error_code(site, vm, 1) == "archive.missing"
    assert "/databases/dumps/1" in site.service.errors("db1")[0]["message"]
    with open(vm.disks[0], "rb") as disk:
        assert not any(disk.read(1 << 20)), "nothing is written"
    site.service.ssh(site.server, f"echo other > '{OLD_PATH}/old dumps/forum.sql'")
    site.service.cli("retry", "db1")
    assert error_code(site, vm, 2) == "archive.hash"
    site.service.ssh(vm.address, "newroot rescue mount", seconds=300)
    copied = site.service.ssh(vm.address, "cd /newroot/var/lib/newroot/dumps && sha256sum 01-shop.dump && stat -c %a 01-shop.dump")
    assert copied.split() == [site.sums["old dumps/shop.sql"], "01-shop.dump", "600"]
    vm.stop()


def test_a_system_from_an_nfs_server(site):
    """Version 4 for its root, while the server's NFS is restarted, and version 3 for its kernel."""
    kernel = f"linux/{site.inputs.kernel.name}"
    site.web = site.vm("web1", lambda address: install_job(
        site, site.inputs, address, "web1", volumes=[{"name": "root", "size": "1GiB", "mount": "/"}],
        archives=[{"to": "/", **over_nfs(site, "linux/root.tar.zst", "?vers=4")}],
        kernel=over_nfs(site, kernel, "?vers=3"),
        nfs={"mounts": [{"from": f"{site.server}:{OLD_PATH}", "to": OLD_PATH}]}), [2 * GIB], memory=128)
    site.web.start("n")
    wait_unpacking(site, site.web)
    site.service.ssh(site.server, "systemctl restart nfs-server", seconds=300)
    site.web.wait_for(r"installed; next", INSTALL_S)
    site.web.wait_end(300)
    assert not site.service.errors("web1")


def test_the_client_boots_without_its_server(site):
    """Its boot goes on to the end, and the mount point is empty."""
    site.service.ssh(site.server, "sync; systemctl poweroff")
    site.files.wait_end(300)
    boot(site, site.web)
    site.web.wait_for(r"login:", BOOT_S)
    assert site.service.ssh(site.web.address, f"ls -A {OLD_PATH}; grep -c ' nfs' /proc/mounts || true").split() == ["0"]


def test_they_come_together_later(site):
    site.files.start("c")

    def greeting():
        try:
            return site.service.ssh(site.web.address, f"cat {OLD_PATH}/greeting", seconds=300)
        except LabError:
            return None
    assert wait_until("the client sees the shared files", greeting, LATER_S) == GREETING
    mounted = site.service.ssh(site.web.address, "cat /proc/mounts")
    assert re.search(rf"^{site.server}:{OLD_PATH} {OLD_PATH} nfs4 rw,.*\bhard\b", mounted, re.M), mounted
    site.service.ssh(site.web.address, f"echo 'as root' > {OLD_PATH}/written")
    assert site.service.ssh(site.server, f"stat -c %u {OLD_PATH}/written; cat {OLD_PATH}/written") == "0\nas root\n"
