"""The networks that the golden files show, taken by the real managers: Debian's packages, unpacked, in a network namespace."""
import os
import re
import subprocess

import pytest

from common import PATIENCE_S, TOP

GOLDEN = TOP / "tests" / "unit" / "golden" / "os"
PACKAGES = "ifupdown netplan.io libnetplan0 network-manager libnm0 systemd libsystemd-shared libjansson4"
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/systemd", "lib/x86_64-linux-gnu/systemd")

# Two NICs of which the kernel, or another udev, named the wrong one eth0: only the MAC tells them apart.
NICS = "ip link add {0} address 52:54:00:ab:cd:02 type veth peer name {1} address 52:54:00:ab:cd:01"
ROUTES = {"10.1.0.0/16 via 10.0.0.2", "default via 203.0.113.1", "10.9.0.0/16 via 203.0.113.9"}

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root: network namespaces")


def files_of(name):
    """{path: (mode, text)} of a golden file."""
    parts = re.split(r"^=== (/\S+) (\d{4}) .*\n", (GOLDEN / name).read_text(), flags=re.M)
    return {path: (int(mode, 8), re.split(r"^=== ", text, flags=re.M)[0])
            for path, mode, text in zip(parts[1::3], parts[2::3], parts[3::3])}


@pytest.fixture(name="packages", scope="module")
def fixture_packages(tmp_path_factory):
    """A folder with the packages unpacked: installing them would change this machine's own network."""
    folder = tmp_path_factory.mktemp("packages")
    for package in PACKAGES.split():
        done = subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], cwd=folder, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S)
        if done.returncode:
            pytest.skip(f"apt-get download {package}: {done.stdout.strip()[-200:]}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder / "root"], check=True)
    return folder / "root"


def run(packages, script, namespace=True):
    """Run a script with the unpacked programs' libraries, in namespaces of its own."""
    libraries = ":".join(str(packages / folder) for folder in LIBRARIES)
    command = (["unshare", "--net", "--mount"] if namespace else []) + ["env", f"LD_LIBRARY_PATH={libraries}", f"P={packages}",
                                                                        "sh", "-ec", script]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout
    return done.stdout


def routes_in(output):
    return {" ".join(line.split()[:3]) for line in output.splitlines()}


def write(folder, files):
    for path, (mode, text) in files.items():
        target = folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)


NETWORKD = """
mount -t sysfs -o ro sysfs /sys   # how networkd knows that no udev will come
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/network
cp -r {folder}/. /run/systemd/network/
SYSTEMD_LOG_TARGET=console "$P"/lib/systemd/systemd-networkd >/run/log 2>&1 &
for i in $(seq 100); do
    ip -4 route show default | grep -q . && ip -6 route show default | grep -q . && break
    sleep 0.1
done
kill $!
ip -br addr; ip -4 route; ip -6 route; cat /run/log
"""


def check_addresses(output, first, second):
    """Each address is on the NIC of its MAC, whatever that is called."""
    lines = {line.split()[0].split("@")[0]: line for line in output.splitlines() if line}
    assert "10.0.0.5/24" in lines[first] and "10.0.0.6/24" in lines[first] and "fd00::5/64" in lines[first], output
    assert "198.51.100.7/32" in lines[second], output
    assert ROUTES <= routes_in(output) and {"fd01::/48 via fd00::2", "default via fd00::1"} <= routes_in(output), output


@pytest.mark.parametrize("names", [("eth0", "eth1"), ("eth1", "eth0"), ("ens3", "ens4")], ids="-".join)
def test_networkd(packages, tmp_path, names):
    write(tmp_path, files_of("network-debian-networkd"))
    output = run(packages, NICS.format(*names) + NETWORKD.format(folder=tmp_path / "etc/systemd/network"))
    check_addresses(output, *names)


def test_netplan(packages, tmp_path):
    """What its generator makes, put into effect by networkd."""
    write(tmp_path, files_of("network-ubuntu-netplan"))
    run(packages, f'"$P"/usr/libexec/netplan/generate --root-dir {tmp_path}', namespace=False)
    made = sorted((tmp_path / "run/systemd/network").glob("*.network"))
    assert [path.name for path in made] == [f"10-netplan-eth{n}.network" for n in range(3)]
    for path in made:
        # A veth has no permanent address, which a NIC has.
        path.write_text(path.read_text().replace("PermanentMACAddress", "MACAddress"))
    for path in (tmp_path / "run/systemd/network").glob("*.link"):
        path.unlink()
    output = run(packages, NICS.format("eth1", "eth0") + NETWORKD.format(folder=tmp_path / "run/systemd/network"))
    check_addresses(output, "eth1", "eth0")


def test_ifupdown(packages, tmp_path):
    """It goes by names: here they are as the slim initrd makes them."""
    write(tmp_path, files_of("network-debian-two-managers"))
    output = run(packages, NICS.format("eth0", "eth1") + f"""
        ip link set eth0 up; ip link set eth1 up; sysctl -qw net.ipv6.conf.all.accept_dad=0 || true
        mkdir {tmp_path}/state; mount -t tmpfs tmpfs /etc/network 2>/dev/null || true
        "$P"/sbin/ifup -a --exclude eth2 -i {tmp_path}/etc/network/interfaces --state-dir {tmp_path}/state --ignore-errors
        ip -br addr; ip -4 route; ip -6 route""")
    check_addresses(output, "eth0", "eth1")


def test_keyfiles_are_taken_whole(packages):
    """nmcli reads each of them and writes it again: no key is unknown to it, or has another value."""
    files = {path: text for path, (_, text) in files_of("network-rhel-9").items() if path.endswith(".nmconnection")}
    assert len(files) == 3
    for path, text in files.items():
        output = subprocess.run(["env", f"LD_LIBRARY_PATH={packages / LIBRARIES[0]}", packages / "usr/bin/nmcli", "--offline", "connection", "modify",
                                 "connection.autoconnect", "yes"], input=text, check=True, stdout=subprocess.PIPE, text=True).stdout
        wanted = {line for line in text.lower().splitlines() if line and not line.startswith("#")}
        assert wanted <= set(output.lower().splitlines()), path
