"""Jobs for the laboratory's VMs, from the real input archives."""
import functools
import pathlib

from lab import FINAL_GATEWAY
from process import run
from vm import TOP

INPUTS = TOP / "tests" / "qemu" / "inputs"
GIB = 1 << 30
MIB = 1 << 20


def sha256(path):
    return run(["sha256sum", path]).split()[0]


class Sums(dict):
    """Hashes of files, found out when they are asked for."""

    def __missing__(self, path):
        self[path] = sha256(path)
        return self[path]


class Inputs:
    """Real archives, made once and cached outside the checkout."""

    def __init__(self):
        self.sums = Sums()

    @functools.cached_property
    def root(self):
        """A root with sysvinit, and every oddity that an unpack must keep."""
        return self._make("make-root-archive")

    @functools.cached_property
    def data(self):
        return self._make("make-data-archive")

    @functools.cached_property
    def kernel(self):
        return self._make("make-kernel-rpm")

    @functools.cached_property
    def mini(self):
        """A small root that compares itself with its hashes at each boot, for cases that are not about a distribution."""
        return self._make("make-mini-root")

    @functools.cached_property
    def large_data(self):
        """Larger than the memory of a small VM."""
        return self._make("make-data-archive", "large")

    @functools.cached_property
    def openrc(self):
        """A root with OpenRC and nftables."""
        return self._make("make-root-archive", "openrc")

    @functools.cached_property
    def bare_openrc(self):
        """The same without LVM, device-mapper and what grows filesystems; its start mounts an empty /dev."""
        return self._make("make-bare-openrc")

    @functools.cached_property
    def systemd(self):
        """A root with systemd, iptables, MariaDB, an NFS server, puppet."""
        return self._make("make-root-archive", "systemd")

    @staticmethod
    def _make(script, *argv):
        """Each script prints the path of what it made as its last line."""
        return pathlib.Path(run([INPUTS / script, *argv]).strip().splitlines()[-1])


def install_job(lab, inputs, address, hostname="db1", root=None, root_size="1GiB", data=None, **changes):
    """The job of a two-disk VM with a root, a data and a swap volume; `root`, `data`: others of the inputs (systemd: 2GiB)."""
    root, data = root or inputs.root, data or inputs.data
    keys = (lab.folder / "operator-key.pub").read_text().strip()
    job = {
        "newroot": 1,
        "volumes": [{"name": "root", "size": root_size, "mount": "/"},
                    {"name": "data", "size": "rest", "mount": "/data"},
                    {"name": "swap", "size": "128MiB", "fs": "swap"}],
        "archives": [{"to": "/", "url": lab.archive(root), "sha256": inputs.sums[root]},
                     {"to": "/data", "url": lab.archive(data), "sha256": inputs.sums[data]}],
        "kernel": {"url": lab.archive(inputs.kernel), "sha256": inputs.sums[inputs.kernel]},
        "network": {"hostname": hostname,
                    "interfaces": [{"name": "eth0", "addresses": [f"{address}/24"], "gateways": ["10.77.0.1"]}],
                    "nameservers": ["10.77.0.1"]},
        "ssh_keys": [keys],
        "finish": "reboot",
    }
    job.update(changes)
    return {key: value for key, value in job.items() if value is not None}


def own_archive(lab, inputs, path):
    """An archive of the service's own in a migration document."""
    name = lab.archive(path).rsplit("/", 1)[1]
    return {"url": f"archive:{name}", "sha256": inputs.sums[path]}


def document(lab, inputs, vms, **defaults):
    """A migration document of the group `shop`: what all VMs share, and each of `vms` (shop_vm)."""
    shared = {
        "data_center": "lab", "network": "shop-net", "cpus": 1, "memory": "128MiB", "disks": ["2GiB", "2GiB"],
        "root": own_archive(lab, inputs, inputs.mini),
        "job": {"kernel": own_archive(lab, inputs, inputs.kernel),
                "volumes": [{"name": "root", "size": "1GiB", "mount": "/"},
                            {"name": "data", "size": "rest", "mount": "/data"},
                            {"name": "swap", "size": "128MiB", "fs": "swap"}],
                "network": {"nameservers": [FINAL_GATEWAY]},
                "ssh_keys": [(lab.folder / "operator-key.pub").read_text().strip()],
                "finish": "poweroff"},
    }
    return {"newroot_migration": 1, "group": "shop",
            "configuration": {"macs": "52:54:00:77:01:10-52:54:00:77:01:3f", "addresses": "10.77.0.20-10.77.0.60"},
            "defaults": {"linux": {**shared, **defaults}},
            "vms": vms}


def shop_vm(name, number, role, archives=None, **keys):
    """A VM of that document: 10.80.0.NUMBER on the final network."""
    job = {"network": {"interfaces": [{"name": "eth0", "addresses": [f"10.80.0.{number}/24"], "gateways": [FINAL_GATEWAY]}]}}
    if archives:
        job["archives"] = archives
    return {"name": name, "use": ["linux"], "role": role, "job": job, **keys}
